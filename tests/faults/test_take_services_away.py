"""PostgreSQL and Redis as in production, and what happens when one of them is gone."""

import signal
import time

import pytest
from django.db import connections

from onward_newsletter.actions.issues import issue_books
from tests.services import redis_server, running_redis

from .conftest import OpenArena
from .in_flight import CONCURRENCY, IN_FLIGHT
from .test_kill_the_worker import KILLS, RECIPIENTS, SEEDS, kill_now_and_then, readers


pytestmark = [pytest.mark.faults, pytest.mark.services]


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_workers_on_postgresql_and_redis_mail_nobody_twice_and_forget_nobody(
    open_arena_on_postgresql: OpenArena, seed: int
) -> None:
    with open_arena_on_postgresql(delay=0.01) as field:
        issue = field.send(field.issue_for(readers(RECIPIENTS)))

        kill_now_and_then(field, field.two_celery_workers, kills=KILLS, total=RECIPIENTS, seed=seed)
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert len(verdict.in_doubt) <= KILLS * IN_FLIGHT
        assert issue_books(issue).is_balanced


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


def test_a_redis_that_forgets_everything_or_stands_still_delays_and_loses_nothing(
    open_arena_on_postgresql: OpenArena,
) -> None:
    server = redis_server()
    assert server is not None
    with (
        running_redis(server) as (url, process),
        open_arena_on_postgresql(broker_url=url, delay=0.01) as field,
    ):
        issue = field.send(field.issue_for(readers(300)))
        field.celery_worker()

        field.wait_for_messages(80)
        field.redis(url).flushall()
        field.wait_for_messages(150)
        process.send_signal(signal.SIGSTOP)
        time.sleep(3)
        process.send_signal(signal.SIGCONT)
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
