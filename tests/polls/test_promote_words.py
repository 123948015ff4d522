"""An author makes an option of what readers wrote beside "other"."""

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from onward_polls.actions import close_poll, promote_words
from onward_polls.desk.write_ins import write_ins
from onward_polls.errors import EditRefused
from onward_polls.models import Ballot, Option, Poll
from tests.polls.factories import option, vote


pytestmark = pytest.mark.django_db


@pytest.fixture
def written(poll: Poll) -> Poll:
    """A poll beside whose "other" four readers wrote, three of them the same."""
    Option.objects.create(poll=poll, text="Something else", is_other=True, sort_order=9)
    for words in ("Ride-alongs", "ride-alongs", "RIDE-ALONGS ", "Naps"):
        vote(poll, "Something else", words=words)
    vote(poll, "Repair")
    return poll


def test_what_was_written_is_put_together_whatever_its_letter_case(written: Poll) -> None:
    assert [(each.plain, each.n) for each in write_ins(written)] == [("ride-alongs", 3), ("naps", 1)]


def test_words_that_are_set_aside_or_taken_back_do_not_count(written: Poll) -> None:
    from onward_polls.actions import withdraw_ballot

    withdraw_ballot(Ballot.objects.get(words="Naps"))
    Ballot.objects.filter(words="Ride-alongs").update(excluded_at="2026-01-01T00:00Z", exclusion="author")

    assert [(each.plain, each.n) for each in write_ins(written)] == [("ride-alongs", 2)]


def test_an_open_poll_offers_it_at_once_and_says_who_had_answered(author: Any, written: Poll) -> None:
    made = promote_words(written, "Ride-alongs", user=author.user)

    assert made.poll == written
    assert made.promoted_words == ["ride-alongs"]
    assert made.added_after_votes == 5
    assert [each.text for each in written.options.all()][-2:] == ["Ride-alongs", "Something else"]
    entry = ModelLogEntry.objects.get(action="onward_polls.promote")
    assert (entry.user, entry.data["option"]) == (author.user, "Ride-alongs")


def test_nobody_is_moved_by_it(written: Poll) -> None:
    made = promote_words(written, "Ride-alongs")

    assert made.votes.count() == 0
    assert option(written, "Something else").votes.count() == 4


def test_a_closed_poll_offers_it_where_it_is_asked_again(written: Poll) -> None:
    close_poll(written)

    made = promote_words(written, "Riding along", ["Ride-alongs"])
    more = promote_words(written, "Sleep", ["naps"])

    assert made.poll.follows == written
    assert more.poll == made.poll
    assert made.added_after_votes is None
    assert made.promoted_words == ["ride-alongs"]
    assert [each.text for each in made.poll.options.all()][-3:] == [
        "Riding along",
        "Sleep",
        "Something else",
    ]
    assert not written.options.filter(text="Riding along").exists()


def test_several_spellings_become_one_option(written: Poll) -> None:
    made = promote_words(written, "Ride-alongs", ["Ride-alongs", "Naps"])

    assert made.promoted_words == ["naps", "ride-alongs"]
    assert write_ins(written) == []


def test_promoting_the_same_twice_makes_one_option(written: Poll) -> None:
    first, second = promote_words(written, "Ride-alongs"), promote_words(written, "ride-alongs")

    assert first == second
    assert Option.objects.filter(text__iexact="ride-alongs").count() == 1


def test_a_retired_option_of_that_name_is_put_back(written: Poll) -> None:
    made = promote_words(written, "Naps")
    vote(written, "Naps")
    made.delete()

    assert promote_words(written, "naps").retired_at is None
    assert option(written, "Naps").votes.count() == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 201, "Nobody wrote this", "Something else", "\x00"])
def test_what_nobody_wrote_or_no_option_can_say_is_refused(written: Poll, text: str) -> None:
    with pytest.raises(EditRefused):
        promote_words(written, text)

    assert Option.objects.filter(poll=written).count() == 5


def test_an_option_cannot_be_called_what_other_is_called(written: Poll) -> None:
    with pytest.raises(EditRefused, match="its own text"):
        promote_words(written, "something else", ["Naps"])


def test_a_poll_has_at_most_fifty_options(written: Poll) -> None:
    Option.objects.bulk_create(Option(poll=written, text=f"More {n}", sort_order=n) for n in range(45))

    with pytest.raises(EditRefused, match="at most 50"):
        promote_words(written, "Naps")
