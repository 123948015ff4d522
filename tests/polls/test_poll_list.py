"""An author looks for polls in the list."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onward_polls.actions import fold_tallies
from onward_polls.models import Ballot, FairnessFlag, Poll, Tally
from tests.polls.editor import address, text_of
from tests.polls.factories import a_poll, an_article, vote


pytestmark = pytest.mark.django_db


def flag(poll: Poll, decision: str = "open", network: str = "n") -> None:
    now = timezone.now()
    FairnessFlag.objects.create(
        poll=poll, kind="burst", network=network, first_at=now, last_at=now, found_at=now, decision=decision
    )


def test_counts_are_right_before_and_after_the_fold(author: Client, poll: Poll) -> None:
    for text in ("Repair", "Selling", "Selling"):
        vote(poll, text)
    unfolded = text_of(author.get(address("list")))
    fold_tallies()
    vote(poll, "Coaching")

    assert "One answer 3 0 Open" in unfolded
    assert "One answer 4 0 Open" in text_of(author.get(address("list")))


def test_what_is_set_aside_and_what_is_to_decide_is_shown(author: Client, poll: Poll) -> None:
    vote(poll, "Repair")
    Tally.objects.create(poll=poll, door="excluded", count=7)
    flag(poll)
    flag(poll, network="m")
    flag(poll, "counted", network="o")

    assert "One answer 1 0 7 2 Open" in text_of(author.get(address("list")))


def test_two_polls_that_ask_the_same_are_told_apart(author: Client) -> None:
    earlier = a_poll("The same?")
    an_article(earlier)
    a_poll("The same?", follows=earlier)

    page = text_of(author.get(address("list")))

    assert page.index("One answer, asked again 0 0 Open no live page yet") < page.index("One answer 0 0 Open")
    assert page.count("no live page yet") == 1


def test_each_poll_leads_to_the_pages_it_stands_in(author: Client) -> None:
    poll = a_poll()
    pages = [an_article(poll), an_article(poll)]

    page = author.get(address("list")).content.decode()

    for each in pages:
        assert f"/admin/pages/{each.pk}/edit/" in page
        assert each.title in page


@pytest.mark.parametrize(
    ("state", "question"),
    [("open", "Open?"), ("waiting", "Waiting?"), ("closed", "Closed?"), ("archived", "Archived?")],
)
def test_the_list_is_narrowed_by_state(author: Client, state: str, question: str) -> None:
    now = timezone.now()
    a_poll("Open?")
    a_poll("Waiting?", opens_at=now + timedelta(days=1))
    a_poll("Closed?", closes_at=now - timedelta(days=1))
    a_poll("Archived?", archived_at=now, closes_at=now - timedelta(days=1))

    text = text_of(author.get(address("list"), {"state": state}))

    every = {"Open?", "Waiting?", "Closed?", "Archived?"}
    assert {each for each in every if each in text} == {question}


def test_the_list_is_searched_by_question(author: Client) -> None:
    a_poll("What takes most of your week?")
    a_poll("How large is your team?")

    text = text_of(author.get(address("list"), {"q": "team"}))

    assert "How large is your team?" in text
    assert "What takes most" not in text


@pytest.mark.parametrize("query", ["state=nonsense", "ordering=salt", "p=x", "p=99", "q=%00", "kind=zzz"])
def test_an_address_that_makes_no_sense_is_answered(author: Client, query: str) -> None:
    a_poll()

    assert author.get(f"{address('list')}?{query}").status_code in (200, 302, 404)


def test_twenty_polls_cost_as_many_queries_as_two(author: Client) -> None:
    def make(how_many: int) -> int:
        for number in range(how_many):
            poll = a_poll(f"Question {number}?")
            an_article(poll)
            vote(poll, "Repair")
            flag(poll)
        author.get(address("list"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            author.get(address("list"))
        return len(queries)

    few, many = make(2), make(18)

    assert Ballot.objects.count() == 20
    assert many == few
