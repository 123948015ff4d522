"""The short way of a first answer leaves what the long way leaves, or nothing at all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from onward_blog.pages.models import ArticlePage
from onward_polls import signals
from onward_polls.actions import (
    cast_ballot,
    cast_first_ballot,
    close_poll,
    fold_tallies,
    link_reader,
    withdraw_ballot,
)
from onward_polls.models import Ballot, Option, Poll, TallyDelta, Vote
from onward_polls.tally import read_tally
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_poll, an_article, option, somebody, vote


#: What differs between two ballots that say the same.
OWN = {"id", "uuid", "poll_id", "reader_key", "cast_by", "cast_at", "network"}

Way = Callable[..., Any]


def rows(poll: Poll) -> dict[str, Any]:
    """Return what stands in the tables about a poll, without what belongs to one poll or moment alone."""
    places = {option.pk: place for place, option in enumerate(poll.options.all())}
    ballots = [
        {name: value for name, value in ballot.items() if name not in OWN}
        for ballot in Ballot.objects.filter(poll=poll).values()
    ]
    votes = Vote.objects.filter(ballot__poll=poll).values_list("option_id", "exclusive")
    deltas = TallyDelta.objects.filter(poll=poll).values_list("option_id", "door", "delta")
    return {
        "ballots": ballots,
        "votes": sorted((places[pk], exclusive) for pk, exclusive in votes),
        "deltas": sorted((places.get(pk, -1), door, delta) for pk, door, delta in deltas),
    }


def rows_of(way: Way, answer: dict[str, Any], marked: int, **fields: Any) -> dict[str, Any]:
    poll = a_poll(**fields)
    an_article(poll)
    ballot = way(poll, identity="rid:one", options=list(poll.options.all())[:marked], **answer)
    assert ballot is not None
    ballot.refresh_from_db()
    assert abs(ballot.cast_at - timezone.now()) < timedelta(minutes=1)
    assert ballot.cast_by == ballot.reader_key
    return rows(poll)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "marked", "fields"),
    [
        ({}, 1, {}),
        ({"page_ref": 7, "door": Ballot.Door.EMBED, "network": "a" * 64}, 1, {"wording_version": 3}),
        ({"role": "Service"}, 1, {"roles": "Sales\nService"}),
        ({}, 3, {"kind": "multiple", "max_votes": 3}),
        ({}, 2, {"kind": "multiple", "min_votes": 2}),
        ({}, 1, {"kind": "scale", "results_visibility": "always", "allow_change": False}),
    ],
)
def test_both_ways_leave_the_same_rows(answer: dict[str, Any], marked: int, fields: dict[str, Any]) -> None:
    short = rows_of(cast_first_ballot, answer, marked, **fields)

    assert short == rows_of(cast_ballot, answer, marked, **fields)
    assert len(short["ballots"]) == 1
    assert len(short["votes"]) == marked


@pytest.mark.django_db
@pytest.mark.parametrize(("answered", "crowded"), [(1, False), (2, True), (5, True)])
@pytest.mark.parametrize("marked", [1, 3])
def test_both_ways_set_the_same_ballots_aside(
    settings: Any, answered: int, crowded: bool, marked: int
) -> None:
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "BALLOTS_PER_NETWORK_HOUR": 2}
    network = "n" * 64

    def after(way: Way) -> dict[str, Any]:
        poll = a_poll(kind="multiple", max_votes=3)
        an_article(poll)
        options = list(poll.options.all())[:marked]
        for _reader in range(answered):
            assert way(poll, identity=somebody(), options=options, network=network)
        last = way(poll, identity=somebody(), options=options, network=network)
        found = Ballot.objects.get(pk=last.pk)
        assert (last.is_counted, last.exclusion, last.excluded_at) == (
            not crowded,
            found.exclusion,
            found.excluded_at,
        )
        assert found.excluded_at == (found.cast_at if crowded else None)
        left = rows(poll)
        for ballot in left["ballots"]:
            ballot["excluded_at"] = bool(ballot["excluded_at"])
        return left

    short = after(cast_first_ballot)

    assert short == after(cast_ballot)
    assert len(short["ballots"]) == answered + 1
    assert [delta[1] for delta in short["deltas"]].count("excluded") == max(answered - 1, 0)


def unpublish(poll: Poll) -> None:
    ArticlePage.objects.get().unpublish()


def restrict(poll: Poll) -> None:
    series = ArticlePage.objects.get().get_parent()
    PageViewRestriction.objects.create(page=series, restriction_type=PageViewRestriction.LOGIN)


def another_salt(poll: Poll) -> None:
    Poll.objects.filter(pk=poll.pk).update(salt="0" * 32)


#: What may have happened since this process last saw the poll, or be the matter with the reader "rid:one".
HAPPENED: list[Callable[[Poll], object]] = [
    lambda poll: vote(poll, "Selling", identity="rid:one"),
    lambda poll: withdraw_ballot(vote(poll, "Selling", identity="rid:one")),
    lambda poll: link_reader(poll, alias="rid:one", identity="subscriber:one"),
    lambda poll: close_poll(Poll.objects.get(pk=poll.pk)),
    lambda poll: Poll.objects.filter(pk=poll.pk).update(opens_at=timezone.now() + timedelta(hours=1)),
    lambda poll: Poll.objects.filter(pk=poll.pk).update(archived_at=timezone.now()),
    lambda poll: Poll.objects.filter(pk=poll.pk).update(wording_version=F("wording_version") + 1),
    lambda poll: Poll.objects.filter(pk=poll.pk).update(kind="multiple", min_votes=2),
    lambda poll: Poll.objects.filter(pk=poll.pk).update(max_votes=1),
    lambda poll: Poll.objects.filter(pk=poll.pk).update(roles="Sales"),
    lambda poll: Poll.objects.filter(pk=poll.pk).update(follows=a_poll()),
    lambda poll: Option.objects.filter(poll=poll, text="Repair").update(retired_at=timezone.now()),
    lambda poll: Option.objects.filter(poll=poll, text="Repair").update(is_other=True),
    lambda poll: Option.objects.filter(poll=poll, text="Repair").update(poll=a_poll()),
    another_salt,
    restrict,
    unpublish,
]


@pytest.mark.parametrize("happen", range(len(HAPPENED)))
def test_what_is_less_plain_is_left_to_the_long_way(poll: Poll, happen: int) -> None:
    marked = [option(poll, "Repair")]
    HAPPENED[happen](poll)
    before = rows(poll)

    ballot = cast_first_ballot(poll, identity="rid:one", options=marked, network="n" * 64)

    assert ballot is None
    assert rows(poll) == before


def test_signal_and_tally_know_of_a_ballot_cast_the_short_way(
    poll: Poll, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[tuple[Ballot, bool]] = []

    def hear(ballot: Ballot, created: bool, **kwargs: Any) -> None:
        heard.append((ballot, created))

    signals.ballot_cast.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            ballot = cast_first_ballot(poll, identity=somebody(), options=[option(poll, "Repair")])
    finally:
        signals.ballot_cast.disconnect(hear)

    assert heard == [(ballot, True)]
    assert read_tally(poll).n == 1
    fold_tallies(poll)
    assert read_tally(poll, live=False).n == 1


def test_readers_after_the_first_one_are_answered_without_loading_the_poll(
    poll: Poll, at_poll: Callable[[Poll], ReaderAtPoll], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        at_poll(poll).answer("Selling")
    reader = at_poll(poll)
    reader.press("Repair")
    fields = {"option": str(option(poll, "Repair").uuid)}

    with CaptureQueriesContext(connection) as queries:
        response = reader.send("", fields)

    assert response.status_code == 303
    assert Ballot.objects.filter(poll=poll).count() == 2
    # A savepoint, five statements, and its release; PostgreSQL gets the five in one message.
    assert len(queries) <= 7


def test_an_edit_is_seen_by_the_very_next_reader(poll: Poll, at_poll: Callable[[Poll], ReaderAtPoll]) -> None:
    at_poll(poll).answer("Selling")
    reader = at_poll(poll)
    reader.press("Repair")
    Option.objects.filter(poll=poll, text="Repair").update(retired_at=timezone.now())

    response = reader.press("Repair")

    assert response.status_code == 400
    assert Ballot.objects.filter(poll=poll).count() == 1
