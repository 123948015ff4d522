"""A ballot that is stamped but not committed yet, while a window ends, is in exactly one of two windows."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from onward_blog.responses.polls import PollSource
from onward_blog.responses.windows import database_now, safe_cut_off
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.reading import Reading
from onward_polls.actions import cast_ballot
from onward_polls.models import Ballot
from tests.blog.answers import a_part, a_poll, a_series
from tests.blog.test_windows_at_once import migrated_postgresql, migrated_postgresql_url, on_postgresql


__all__ = ["migrated_postgresql", "migrated_postgresql_url", "on_postgresql"]

pytestmark = pytest.mark.services


@contextmanager
def a_slow_reader(poll: Any) -> Iterator[Callable[[], None]]:
    """Hold a ballot in a transaction of another connection; yields what lets it be committed."""
    held, may_commit = threading.Event(), threading.Event()

    def vote() -> None:
        try:
            with transaction.atomic():
                cast_ballot(poll, identity="rid:slow", options=poll.options.all()[:1])
                held.set()
                may_commit.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=vote)

    def commit() -> None:
        may_commit.set()
        thread.join(60)

    with override_settings(ONWARD_POLLS={"REQUIRE_LIVE_PAGE": False}):
        thread.start()
        assert held.wait(60)
        try:
            yield commit
        finally:
            commit()


def quick_reader(poll: Any, name: str) -> Ballot:
    return cast_ballot(poll, identity=f"rid:{name}", options=poll.options.all()[:1])


def test_a_ballot_on_its_way_is_in_the_next_window_and_only_there(on_postgresql: str) -> None:
    poll = a_poll()
    article = a_part(a_series(), body=[("poll", poll)])
    source = PollSource()

    def answers(since: Any, until: Any) -> int:
        summary = source.summarise(article, since=since, until=until)
        assert summary
        return summary.total

    with a_slow_reader(poll) as commit:
        early = quick_reader(poll, "early")
        by_the_clock, cut = database_now(), safe_cut_off()
        seen_by_the_clock, first = answers(None, by_the_clock), answers(None, cut)
        commit()

    second = answers(cut, database_now())
    # Both readers answered, and a window that ended with the clock would have lost one of them.
    assert (seen_by_the_clock, answers(by_the_clock, database_now())) == (1, 0)
    assert first + second == Ballot.objects.filter(poll=poll).count() == 2
    assert cut <= early.cast_at


def test_two_roundups_after_another_hold_every_ballot_once(on_postgresql: str) -> None:
    poll = a_poll(results_visibility="always")
    article = a_part(a_series(), body=[("poll", poll)])
    with override_settings(ONWARD_POLLS={"REQUIRE_LIVE_PAGE": False}):
        quick_reader(poll, "first")

    with a_slow_reader(poll) as commit:
        quick_reader(poll, "second")
        before = compile_roundup(article)
        ends_in_the_future = compile_roundup(article, until=database_now())
        commit()
    after = compile_roundup(article, since=before.until)

    assert [Reading(roundup.data).answers for roundup in (before, after)] == [1, 2]
    assert ends_in_the_future.pk == before.pk


def test_within_a_transaction_too_the_others_are_seen_anew(on_postgresql: str) -> None:
    poll = a_poll()
    a_part(a_series(), body=[("poll", poll)])

    with transaction.atomic():
        alone = safe_cut_off()
        with a_slow_reader(poll):
            beside = [safe_cut_off(), safe_cut_off()]
            latest = database_now()

    assert alone < beside[0] == beside[1] < latest
