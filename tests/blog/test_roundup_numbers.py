"""A reader checks the numbers of a published roundup: each is the one that counting by hand gives."""

from typing import Any

import pytest
from django.utils import timezone

from onward_polls.models import Ballot, FairnessFlag, Option, Poll, Vote
from tests.blog.answers import a_part, a_poll, a_series, ballots
from tests.blog.busy_poll import ROLES, a_busy_poll, a_busy_roundup, an_earlier_poll
from tests.blog.roundups import Published, a_published_roundup, text_of


pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier() -> Poll:
    return an_earlier_poll()


@pytest.fixture
def poll(earlier: Poll) -> Poll:
    return a_busy_poll(earlier)


@pytest.fixture
def published(poll: Poll) -> Published:
    return a_busy_roundup(poll)


def by_hand(poll: Poll, until: Any) -> dict[str, Any]:
    """Count the rows one by one, with none of the code that makes roundups."""
    counted = [
        ballot
        for ballot in Ballot.objects.filter(poll=poll)
        if ballot.withdrawn_at is None and ballot.excluded_at is None and ballot.cast_at < until
    ]
    votes = {vote.ballot_id: vote.option.text for vote in Vote.objects.filter(ballot__poll=poll)}
    return {
        "n": len(counted),
        "options": {
            option.text: sum(votes.get(ballot.pk) == option.text for ballot in counted)
            for option in Option.objects.filter(poll=poll)
        },
        "doors": {door: sum(ballot.door == door for ballot in counted) for door in ("web", "mail")},
        "words": sum(bool(ballot.words) for ballot in counted),
        "roles": {
            (role, option.text): sum(b.role == role and votes.get(b.pk) == option.text for b in counted)
            for role in ROLES
            for option in Option.objects.filter(poll=poll)
        },
        "votes": votes,
        "counted": counted,
    }


def test_every_number_is_the_one_that_counting_by_hand_gives(
    published: Published, poll: Poll, earlier: Poll
) -> None:
    mine, then = (by_hand(each, published.roundup.until) for each in (poll, earlier))
    page = text_of(published.page())

    n, doors = mine["n"], mine["doors"]
    assert (
        f"{n} readers who chose to answer, 4 May 2026: {doors['web']} on the page, {doors['mail']} from"
        in page
    )
    for text, count in mine["options"].items():
        before = then["options"][text]
        shares = round(count / n * 100), round(before / then["n"] * 100)
        assert f"{text} {count} {shares[0]}% before: {before} ({shares[1]}%)" in page
    assert "26 more answers are set aside and not counted here." in page
    assert "26 answers came within 25 minutes from one source: the author set them aside." in page
    selling = mine["options"]["Selling"]
    assert f"“Selling” has {selling + 26} of {n + 26} with them, and {selling} of {n} without." in page
    assert f"{mine['words']} added a sentence." in page
    assert "as the author sorts it: Nobody’s job (8)." in page
    assert (
        f"Asked before: {then['n']} readers who chose to answer, 4 April 2026: {then['n']} on the page."
        in page
    )
    assert "3 comments. Shared 13 times from here. 41 arrivals by a shared link." in page
    assert f"1 question, {n} answers in all" in page


def test_tables_hold_what_counting_by_hand_gives_and_no_cell_under_five(
    published: Published, poll: Poll
) -> None:
    mine = by_hand(poll, published.roundup.until)
    rows = published.rows()

    counted = [(row["table"], row["option"], row["count"]) for row in rows if row["n"] in ("3", "13", "41")]
    assert counted == [
        ("comments", "", "3"),
        ("shares", "mail", "9"),
        ("arrivals", "mail", "30"),
        ("shares", "link", "4"),
        ("arrivals", "link", "11"),
    ]
    roles = [row for row in rows if row["table"] == "roles"]
    assert roles
    for row in roles:
        assert int(row["count"]) == mine["roles"][row["row"], row["option"]]
    moved = [row for row in rows if row["table"] == "moves"]
    both = [ballot for ballot in mine["counted"] if ballot.previous_id]
    assert {row["n"] for row in moved} == {str(len(both))}
    assert sum(int(row["count"]) for row in moved) == len(both)
    for row in (row for row in moved if "Other answers" not in (row["row"], row["option"])):
        assert int(row["count"]) == sum(
            Vote.objects.get(ballot=b.previous_id).option.text == row["row"]
            and mine["votes"][b.pk] == row["option"]
            for b in both
        )
    assert min(int(row["count"]) for row in roles + moved) >= 5


def test_an_author_who_kept_a_burst_says_so_with_and_without(poll: Poll) -> None:
    FairnessFlag.objects.update(decision="counted")
    poll.ballots.update(excluded_at=None, exclusion="")
    article = a_part(a_series(), body=[("poll", poll)])

    page = text_of(a_published_roundup(article).page())

    mine = by_hand(poll, timezone.now())
    n, selling = mine["n"], mine["options"]["Selling"]
    assert "the author looked at them and kept them." in page
    assert f"“Selling” has {selling} of {n} with them, and {selling - 26} of {n - 26} without." in page


def test_a_burst_of_which_one_ballot_said_something_else_is_not_told_apart(poll: Poll) -> None:
    flag = FairnessFlag.objects.get()
    other = flag.ballots.first()
    assert other is not None
    other.votes.update(option=poll.options.first())
    published = a_published_roundup(a_part(a_series(), body=[("poll", poll)]))

    assert "26 answers came within 25 minutes from one source: the author set them aside." in text_of(
        published.page()
    )
    assert "with them, and" not in text_of(published.page())
    [group] = next(s for s in published.roundup.data["sources"] if s["source"] == "polls")["groups"]
    assert group["facts"]["flags"][0]["lines"] == {}


def test_a_scale_shows_its_ends_and_its_middle_answer() -> None:
    scale = a_poll(
        "How much of it is selling?", list("12345"), kind="scale", low_label="None", high_label="All"
    )
    ballots(scale, {"1": 2, "2": 3, "4": 9, "5": 4})

    page = text_of(a_published_roundup(a_part(a_series(), body=[("poll", scale)])).page())

    assert "None All 1 2 11%" in page
    assert "The middle answer is “4”" in page
