"""Workers die at any moment; nobody is mailed twice, nobody is forgotten."""

import random
import subprocess
import time
from collections.abc import Callable

import pytest

from onward_newsletter.actions.issues import issue_books
from onward_newsletter.models import Issue

from .arena import Arena
from .conftest import OpenArena
from .in_flight import CONCURRENCY, CONNECTIONS, IN_FLIGHT
from .size import KILLS, RECIPIENTS, SEEDS


pytestmark = pytest.mark.faults

Group = subprocess.Popen[bytes]


def readers(number: int) -> list[str]:
    return [f"reader-{count}@example.org" for count in range(number)]


def kill_now_and_then(
    field: Arena,
    start: Callable[[], Group],
    issue: Issue,
    *,
    kills: int,
    total: int,
    seed: int,
) -> None:
    """Kill all workers at seeded moments while ``total`` messages go out, and start new ones each time."""
    chance, so_far = random.Random(seed), field.book.count()
    workers = start()
    for number in range(1, kills + 1):
        field.wait_for_messages(so_far + total * number // (kills + 2), issue)
        time.sleep(chance.uniform(0, 0.2))
        field.kill(workers)
        workers = start()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_outbox_workers_mail_nobody_twice_and_forget_nobody(open_arena: OpenArena, seed: int) -> None:
    with open_arena(delay=0.01) as field:
        issue = field.send(field.issue_for(readers(RECIPIENTS)))

        kill_now_and_then(
            field,
            lambda: field.run_outbox(concurrency=CONCURRENCY),
            issue,
            kills=KILLS,
            total=RECIPIENTS,
            seed=seed,
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

        kill_now_and_then(field, field.celery_worker, issue, kills=KILLS // 2, total=RECIPIENTS, seed=7)
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert len(verdict.in_doubt) <= KILLS // 2 * CONNECTIONS
