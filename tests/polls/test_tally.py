"""The kept tallies: always what a recount says."""

from collections import Counter
from collections.abc import Callable
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward_polls import signals
from onward_polls.actions import (
    cast_ballot,
    fold_tallies,
    link_reader,
    rebuild_tallies,
    withdraw_ballot,
)
from onward_polls.models import Ballot, Poll, Tally, TallyDelta
from onward_polls.readers import view_reader
from onward_polls.tally import live_counts, read_tally, recount
from tests.polls.factories import a_poll, vote


pytestmark = pytest.mark.django_db


def kept(poll: Poll) -> Counter[tuple[int | None, str]]:
    """Return what the kept tallies and the waiting deltas add up to."""
    return Counter({place: n for place, n in live_counts([poll])[poll.pk].items() if n})


def test_a_fold_moves_what_waits_and_changes_no_number(poll: Poll) -> None:
    for text in ("Repair", "Repair", "Selling"):
        vote(poll, text)
    before = read_tally(poll)

    assert fold_tallies(poll) == 6

    assert TallyDelta.objects.count() == 0
    assert read_tally(poll) == before == read_tally(poll, live=False)


def test_a_fold_while_a_reader_looks_hides_no_answer(poll: Poll) -> None:
    vote(poll, "Repair")
    fold_tallies(poll)
    vote(poll, "Selling")

    statements: list[Any] = []

    def fold_before_the_second(execute: Callable[..., Any], *statement: Any) -> Any:
        statements.append(statement)
        if len(statements) == 2:
            assert fold_tallies(poll)
        return execute(*statement)

    with connection.execute_wrapper(fold_before_the_second):
        assert read_tally(poll).n == 2


def test_the_folded_tally_stands_still_between_folds(poll: Poll) -> None:
    vote(poll, "Repair")
    fold_tallies()

    vote(poll, "Selling")

    assert read_tally(poll, live=False).n == 1
    assert read_tally(poll).n == 2


def test_a_fold_that_changes_nothing_tells_nobody(
    poll: Poll, django_capture_on_commit_callbacks: object
) -> None:
    heard = []
    receiver = lambda **news: heard.append(news["poll"])  # noqa: E731
    signals.tally_folded.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_ballot(vote(poll, "Repair"))
        fold_tallies()
        fold_tallies()
    quiet = list(heard)
    with django_capture_on_commit_callbacks(execute=True):
        vote(poll, "Repair")
        fold_tallies()
    signals.tally_folded.disconnect(receiver)

    assert quiet == []
    assert heard == [poll]


def test_a_fold_that_dies_half_way_loses_nothing(poll: Poll) -> None:
    vote(poll, "Repair")

    with (
        mock.patch("onward_polls.folding._delete", side_effect=OSError("killed")),
        pytest.raises(OSError, match="killed"),
        transaction.atomic(),
    ):
        fold_tallies(poll)

    assert read_tally(poll).n == 1
    fold_tallies(poll)
    assert read_tally(poll).n == 1


def test_tallies_that_went_wrong_are_rebuilt_from_the_ballots(poll: Poll) -> None:
    vote(poll, "Repair")
    fold_tallies()
    vote(poll, "Selling")
    Tally.objects.update(count=40)

    assert rebuild_tallies() == 1

    assert kept(poll) == recount(poll)
    assert rebuild_tallies() == 0


def test_the_command_counts_again_and_says_what_was_wrong(poll: Poll) -> None:
    vote(poll, "Repair")
    other = a_poll("Another?")
    fold_tallies()
    Tally.objects.update(count=7)
    said = StringIO()

    call_command("rebuild_tallies", stdout=said)

    assert f"poll {poll.pk}: was wrong, rewritten" in said.getvalue()
    assert f"poll {other.pk}: was right" in said.getvalue()
    assert "2 polls counted again, 1 had been wrong." in said.getvalue()


def test_reading_a_tally_takes_three_queries_whatever_the_votes(
    poll: Poll, django_assert_num_queries: object
) -> None:
    for _reader in range(12):
        vote(poll, "Repair")
    asked = Poll.objects.get()

    with django_assert_num_queries(3):
        read_tally(asked)


#: What readers do: (what, who, which options, by which door). Three people, two browsers each.
PEOPLE = ("rid:a", "rid:b", "rid:c", "subscriber:a", "subscriber:b")
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("cast"),
            st.sampled_from(PEOPLE),
            st.sets(st.integers(0, 3), min_size=1, max_size=3),
            st.sampled_from([Ballot.Door.WEB, Ballot.Door.MAIL, Ballot.Door.EMBED]),
        ),
        st.tuples(st.just("withdraw"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("link"), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)),
        st.tuples(st.just("fold")),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_readers_do_the_tally_equals_a_recount(steps: list[tuple[object, ...]]) -> None:
    with transaction.atomic():
        poll = a_poll(kind=Poll.Kind.MULTIPLE)
        for step in steps:
            take(poll, *step)
            assert kept(poll) == recount(poll)
        assert_one_ballot_each(poll)
        transaction.set_rollback(True)


def take(poll: Poll, what: str, *details: object) -> None:
    options = list(poll.options.all())
    if what == "cast":
        identity, marked, door = details
        cast_ballot(poll, identity=identity, options=[options[i] for i in sorted(marked)], door=door)
    elif what == "withdraw":
        ballot = view_reader(poll, details[0]).ballot
        if ballot:
            withdraw_ballot(ballot)
    elif what == "link":
        link_reader(poll, alias=details[0], identity=details[1])
    else:
        fold_tallies(poll)


def assert_one_ballot_each(poll: Poll) -> None:
    """Everybody finds one ballot at most, and no ballot is out of everybody's reach."""
    found = {view.ballot.pk for identity in PEOPLE if (view := view_reader(poll, identity)).ballot}
    assert found == set(Ballot.objects.filter(poll=poll).values_list("pk", flat=True))
