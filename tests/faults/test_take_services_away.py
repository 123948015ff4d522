"""PostgreSQL and Redis as in production, and what happens when one of them is gone."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connections

from onward_newsletter.actions.issues import issue_books, pause_issue, resume_issue
from tests.services import redis_server, running_redis

from .arena import Arena
from .conftest import OpenArena, OpenArenaAndServer
from .in_flight import CONCURRENCY, IN_FLIGHT
from .size import CONNECTIONS, KILLS, LONG, RECIPIENTS, SEEDS
from .test_kill_the_worker import kill_now_and_then, readers


pytestmark = [pytest.mark.faults, pytest.mark.services]

#: How long a service is away, in seconds.
AWAY_SECONDS = 60 if LONG else 3
STANDS_STILL_SECONDS = 30 if LONG else 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("each", CONNECTIONS)
@pytest.mark.parametrize("pipelining", [False, True] if LONG else [True])
def test_killed_workers_on_postgresql_and_redis_mail_nobody_twice_and_forget_nobody(
    open_arena_on_postgresql: OpenArena, seed: int, each: int, pipelining: bool
) -> None:
    own = {"CONNECTIONS": each}
    with open_arena_on_postgresql(delay=0.01, pipelining=pipelining, newsletter=own) as field:
        issue = field.send(field.issue_for(readers(RECIPIENTS)))

        kill_now_and_then(field, field.two_celery_workers, issue, kills=KILLS, total=RECIPIENTS, seed=seed)
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert len(verdict.in_doubt) <= KILLS * CONCURRENCY * each
        assert issue_books(issue).is_balanced


def test_calls_that_are_delivered_again_and_again_mail_nobody_twice(
    open_arena_on_postgresql: OpenArena,
) -> None:
    """Two beats, four processes, ten calls for each, and a broker that takes a call for lost after five seconds."""
    recipients = 1000 if LONG else 200
    with open_arena_on_postgresql(delay=0.2, newsletter={"CONNECTIONS": 1}) as field:
        field.environment["FAULTS_VISIBILITY"] = "5"
        issue = field.send(field.issue_for(readers(recipients)))
        field.manage(
            "shell", "-c", "from onward_newsletter.tasks import pump\nfor _ in range(10): pump.delay()"
        )

        for name in ("one", "other"):
            field.two_celery_workers(name=name)
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert not verdict.in_doubt
        assert field.book.count() == recipients
        again = [number for number in field.calls_received().values() if number > 1]
        field.say(f"{len(again)} of {len(field.calls_received())} calls were delivered again")
        assert again


@pytest.mark.parametrize("each", CONNECTIONS)
def test_every_answer_that_is_lost_is_in_doubt_and_no_other(
    open_arena_on_postgresql: OpenArena, each: int
) -> None:
    """One in a hundred is accepted and then hung up on; one in five hundred is accepted and never answered."""
    addresses = [
        f"{'lost' if n % 100 == 50 else 'silent' if n % 500 == 99 else 'reader'}-{n}@example.org"
        for n in range(RECIPIENTS)
    ]
    own = {"CONNECTIONS": each}
    with open_arena_on_postgresql(delay=0.005, pipelining=True, newsletter=own) as field:
        issue = field.send(field.issue_for(addresses))

        field.two_celery_workers()
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert verdict.in_doubt == sorted(a for a in addresses if not a.startswith("reader"))
        assert verdict.in_doubt == verdict.in_doubt_and_taken


def test_a_database_that_drops_every_connection_delays_and_loses_nothing(
    open_arena_on_postgresql: OpenArena,
) -> None:
    with open_arena_on_postgresql(delay=0.01) as field:
        issue = field.send(field.issue_for(readers(200)))
        field.run_outbox(concurrency=CONCURRENCY)

        for share in (0.3, 0.6):
            field.wait_for_messages(int(200 * share))
            with connections["default"].cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert len(verdict.in_doubt) <= 2 * IN_FLIGHT


@pytest.mark.parametrize("seed", SEEDS)
def test_a_database_that_falls_over_twice_delays_and_loses_nothing(
    open_arena_and_server: OpenArenaAndServer, seed: int
) -> None:
    """As ``pg_ctl restart -m immediate`` does it. In the long form workers are killed as well, and mail has trouble."""
    words = {3: "greylisted", 53: "unknown", 103: "lost", 153: "hiccup"} if LONG else {}
    addresses = [f"{words.get(n % 300, 'reader')}-{n}@example.org" for n in range(RECIPIENTS)]
    server, open_arena = open_arena_and_server
    with open_arena(delay=0.01, pipelining=True, newsletter={"CONNECTIONS": 10}) as field:
        issue = field.send(field.issue_for(addresses))
        workers = field.two_celery_workers()
        for share in (0.3, 0.6):
            field.wait_for_messages(int(RECIPIENTS * share), issue)
            server.stop()
            server.start()
            connections["default"].close()
            waited = field.wait_for_more("the database came back")
            assert waited <= 10 or not LONG
        if LONG:
            field.kill(workers)
            start, most_of_the_rest = field.two_celery_workers, (RECIPIENTS - field.book.count()) * 3 // 4
            kill_now_and_then(field, start, issue, kills=KILLS, total=most_of_the_rest, seed=seed)
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        lost = sum(address.startswith("lost") for address in addresses)
        assert len(verdict.in_doubt) <= lost + (KILLS + 1) * 2 * 10 * LONG
        assert issue_books(issue).is_balanced


@contextlib.contextmanager
def forgets(field: Arena, url: str, process: subprocess.Popen[bytes]) -> Iterator[None]:
    field.redis(url).flushall()
    yield


@contextlib.contextmanager
def stands_still(field: Arena, url: str, process: subprocess.Popen[bytes]) -> Iterator[None]:
    process.send_signal(signal.SIGSTOP)
    time.sleep(STANDS_STILL_SECONDS)
    process.send_signal(signal.SIGCONT)
    yield


@contextlib.contextmanager
def is_gone(field: Arena, url: str, process: subprocess.Popen[bytes]) -> Iterator[None]:
    process.kill()
    process.wait()
    time.sleep(AWAY_SECONDS)
    with running_redis(str(redis_server()), urlsplit(url).port):
        yield


@pytest.mark.parametrize("fault", [forgets, stands_still, is_gone])
def test_a_redis_in_trouble_delays_and_loses_nothing(
    open_arena_on_postgresql: OpenArena, fault: Callable[..., contextlib.AbstractContextManager[None]]
) -> None:
    server = redis_server()
    assert server is not None
    # In the long form mail takes longer than any pump lasts; in the short one a pause ends the pumps.
    number, delay = (5000, 0.1) if LONG else (300, 0.01)
    with (
        running_redis(server) as (url, process),
        open_arena_on_postgresql(broker_url=url, delay=delay) as field,
    ):
        issue = field.send(field.issue_for(readers(number)))
        field.two_celery_workers(restarted=True)

        field.wait_for_messages(number * 2 // 5)
        if not LONG:
            pause_issue(issue)
        with fault(field, url, process):
            if not LONG:
                resume_issue(issue)
            waited = field.wait_for_more(f"Redis {fault.__name__}")
            assert waited <= 60 or not LONG
            field.wait_for_end(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert not verdict.in_doubt


def test_the_outbox_command_needs_no_redis_at_all(open_arena_on_postgresql: OpenArena) -> None:
    with open_arena_on_postgresql(broker_url="redis://127.0.0.1:1/0") as field:
        issue = field.send(field.issue_for(readers(100)))

        field.manage("run_outbox", "--once")

        issue.refresh_from_db()
        assert issue.state == "submitted"
        assert field.verdict(issue).is_clean
