"""Workers die at any moment; nobody is mailed twice, nobody is forgotten."""

import os
import random
import time

import pytest

from onward_newsletter.actions.issues import issue_books

from .arena import Arena
from .conftest import OpenArena
from .in_flight import CONCURRENCY, CONNECTIONS, IN_FLIGHT


pytestmark = pytest.mark.faults

LONG = os.environ.get("FAULTS_LONG") == "1"
RECIPIENTS, KILLS = (5000, 20) if LONG else (500, 4)
SEEDS = (1, 2, 3) if LONG else (1,)


def readers(number: int) -> list[str]:
    return [f"reader-{count}@example.org" for count in range(number)]


def kill_now_and_then(field: Arena, start, *, kills: int, total: int, seed: int) -> None:  # type: ignore[no-untyped-def]
    """Kill all workers at seeded moments while mail goes out, and start new ones each time."""
    chance = random.Random(seed)
    workers = start()
    for number in range(1, kills + 1):
        field.wait_for_messages(total * number // (kills + 2))
        time.sleep(chance.uniform(0, 0.2))
        field.kill(workers)
        workers = start()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_outbox_workers_mail_nobody_twice_and_forget_nobody(open_arena: OpenArena, seed: int) -> None:
    with open_arena(delay=0.01) as field:
        issue = field.send(field.issue_for(readers(RECIPIENTS)))

        kill_now_and_then(
            field, lambda: field.run_outbox(concurrency=CONCURRENCY), kills=KILLS, total=RECIPIENTS, seed=seed
        )
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert len(verdict.in_doubt) <= KILLS * IN_FLIGHT
        books = issue_books(issue)
        assert books.is_balanced
        assert books.in_doubt == len(verdict.in_doubt)


def test_killed_celery_workers_mail_nobody_twice_and_forget_nobody(open_arena: OpenArena) -> None:
    with open_arena(delay=0.01) as field:
        issue = field.send(field.issue_for(readers(RECIPIENTS)))

        kill_now_and_then(field, field.celery_worker, kills=KILLS // 2, total=RECIPIENTS, seed=7)
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert len(verdict.in_doubt) <= KILLS // 2 * CONNECTIONS
