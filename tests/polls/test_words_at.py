"""A ballot remembers when its words were written, whichever way they came onto it."""

from datetime import datetime, timedelta

import pytest

from onward_polls.actions import add_words, cast_ballot, withdraw_ballot, withdraw_consent
from onward_polls.ballots.merging import link_keys
from onward_polls.erasure import erase_ballot
from onward_polls.models import Ballot, Option, Poll
from tests.polls.factories import a_poll, option, somebody, vote


pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=30)


@pytest.fixture
def poll() -> Poll:
    poll = a_poll()
    Option.objects.create(poll=poll, text="Something else", sort_order=9, is_other=True)
    return poll


def now(ballot: Ballot) -> Ballot:
    return Ballot.objects.get(pk=ballot.pk)


def some_time_later(ballot: Ballot) -> Ballot:
    """Let everything that was done with a ballot have been done a month earlier than it was."""
    ballot = now(ballot)
    for name in ("cast_at", "changed_at", "words_at"):
        if moment := getattr(ballot, name):
            setattr(ballot, name, moment - LONG_AGO)
    ballot.save()
    return ballot


def written_at(ballot: Ballot) -> datetime:
    moment = now(ballot).words_at
    assert moment is not None
    return moment


def test_words_a_month_after_the_vote_are_of_their_own_day(poll: Poll) -> None:
    ballot = some_time_later(vote(poll, "Repair"))
    assert ballot.words_at is None

    add_words(ballot, words="I coach.", consent="none")

    assert written_at(ballot) - ballot.cast_at >= LONG_AGO


def test_words_that_are_changed_stay_of_the_day_on_which_they_came(poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    add_words(ballot, words="I coach.", consent="name", credit="Tess")
    before = written_at(some_time_later(ballot))

    add_words(now(ballot), words="I coach on Fridays.", consent="none")
    withdraw_consent(now(ballot))

    assert written_at(ballot) == before


def test_words_beside_other_that_come_with_a_change_of_mind_are_of_that_day(poll: Poll) -> None:
    reader = somebody()
    ballot = some_time_later(vote(poll, "Repair", identity=reader))

    cast_ballot(poll, identity=reader, options=[option(poll, "Something else")], words="I repair repairs.")

    assert written_at(ballot) - ballot.cast_at >= LONG_AGO


def test_words_taken_back_with_the_answer_and_written_anew_are_of_the_later_day(poll: Poll) -> None:
    reader = somebody()
    ballot = vote(poll, "Repair", identity=reader)
    add_words(ballot, words="I coach.", consent="none")
    ballot = some_time_later(ballot)
    before = written_at(ballot)

    withdraw_ballot(ballot)
    assert now(ballot).words_at is None
    add_words(vote(poll, "Selling", identity=reader), words="I sell.", consent="none")

    assert written_at(ballot) - before >= LONG_AGO


@pytest.mark.parametrize("is_old", [False, True])
def test_words_stay_of_their_day_when_two_ballots_turn_out_to_be_of_one_reader(
    poll: Poll, is_old: bool
) -> None:
    """``is_old``: the words are from before their moment was kept, so they are of the day of their ballot."""
    ballot = vote(poll, "Repair")
    add_words(ballot, words="I coach.", consent="none")
    ballot = some_time_later(ballot)
    if is_old:
        Ballot.objects.filter(pk=ballot.pk).update(words_at=None)
    before = ballot.cast_at if is_old else written_at(ballot)
    later = vote(poll, "Selling")

    link_keys(poll, ballot.reader_key, later.reader_key)

    assert not Ballot.objects.filter(pk=later.pk).exists()
    assert now(ballot).cast_at == later.cast_at
    assert written_at(ballot) == before


def test_erasing_a_reader_leaves_no_trace_of_when_they_wrote(poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    add_words(ballot, words="I coach.", consent="none")

    erase_ballot(now(ballot))

    assert (now(ballot).words, now(ballot).words_at) == ("", None)
