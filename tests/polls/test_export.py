"""An author takes the answers to a poll away as a CSV file."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks

from onward_polls.actions import add_words, cast_ballot, withdraw_ballot
from onward_polls.desk.answer_rows import COLUMNS, answer_rows
from onward_polls.models import Ballot, Poll, Wording
from onward_polls.viewsets import poll_viewset
from onward_polls.viewsets.export import csv_lines
from tests.polls.factories import a_poll, a_words_poll, an_article, option, somebody, vote


pytestmark = pytest.mark.django_db


def exported(person: Client, poll: Poll) -> list[dict[str, str]]:
    response = person.get(reverse(poll_viewset.get_url_name("export"), args=[poll.pk]))
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(response).decode())))


def test_every_vote_is_a_row_and_a_reader_with_several_has_several(author: Client) -> None:
    poll = a_poll(kind=Poll.Kind.MULTIPLE)
    several = vote(poll, "Repair", "Selling")
    vote(poll, "Repair")

    rows = exported(author, poll)

    assert [row["option_text"] for row in rows].count("Repair") == 2
    assert len(rows) == 3
    assert sum(row["ballot"] == str(several.uuid) for row in rows) == 2


def test_a_row_says_where_when_and_how_it_was_answered(author: Client, poll: Poll) -> None:
    page = an_article(poll)
    ballot = vote(poll, "Repair", page_ref=page.pk)

    (row,) = exported(author, poll)

    assert tuple(row) == COLUMNS
    assert row["series"] == page.get_parent().title
    assert (row["part"], row["page_title"], row["poll_id"]) == ("1", page.title, str(poll.pk))
    assert row["page_url"].startswith("http")
    assert row["page_url"].endswith(page.get_url())
    assert UUID(row["option_uuid"]) == option(poll, "Repair").uuid
    assert (row["door"], row["role"], row["wording_version"], row["excluded_reason"]) == ("web", "", "1", "")
    assert row["answered_at"] == f"{ballot.cast_at:%Y-%m-%dT%H:%M:%S}Z"


def test_moments_are_those_of_the_ballot_to_the_second_in_utc(author: Client, poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    cast_at = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=ZoneInfo("Europe/Berlin"))
    changed_at = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    Ballot.objects.filter(pk=ballot.pk).update(cast_at=cast_at, changed_at=changed_at)

    with timezone.override("Asia/Kathmandu"):
        (row,) = exported(author, poll)

    assert (row["answered_at"], row["changed_at"]) == ("2026-03-29T00:59:59Z", "2026-10-25T00:00:00Z")
    assert row["ballot"] == str(ballot.uuid)


def test_without_the_blog_a_page_still_has_its_title_and_address(
    author: Client, poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = an_article(poll)
    vote(poll, "Repair", page_ref=page.pk)
    hooks.search_for_hooks()
    monkeypatch.setitem(hooks._hooks, "onward_polls_describe_pages", [])

    (row,) = exported(author, poll)

    assert (row["series"], row["part"], row["page_title"]) == ("", "", page.title)
    assert row["page_url"].endswith(page.get_url())


def test_a_page_that_is_gone_leaves_its_cells_empty(author: Client, poll: Poll) -> None:
    vote(poll, "Repair", page_ref=987654)

    (row,) = exported(author, poll)

    assert (row["page_title"], row["page_url"]) == ("", "")


def test_words_come_with_what_may_be_done_with_them(author: Client) -> None:
    poll = a_words_poll()
    ballot = cast_ballot(poll, identity=somebody(), options=[])
    add_words(ballot, words="I coach,\nevery day.", consent="name", credit="Tess Okafor")

    (row,) = exported(author, poll)

    assert (row["words"], row["consent"], row["credit"]) == ("I coach,\nevery day.", "name", "Tess Okafor")
    assert (row["option_uuid"], row["option_text"]) == ("", "")


def test_nothing_leads_from_a_row_to_a_person(author: Client, poll: Poll) -> None:
    from onward_polls.actions import request_follow_up

    ballot = vote(poll, "Repair")
    request_follow_up(ballot, "tess@example.org")
    Ballot.objects.filter(pk=ballot.pk).update(network="n" * 64)

    text = "".join(csv_lines(poll))

    assert ballot.reader_key not in text
    assert "tess@" not in text
    assert "n" * 64 not in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_cell_is_run_as_a_formula(start: str) -> None:
    attack = f"{start}cmd|' /C calc'!A0"
    poll = a_poll(attack, (attack, "Selling"))
    ballot = cast_ballot(poll, identity=somebody(), options=[poll.options.get(text=attack)])
    Ballot.objects.filter(pk=ballot.pk).update(words=attack, credit=attack, role=attack)

    _head, row = answer_rows(poll)

    cells = dict(zip(COLUMNS, row, strict=True))
    for name in ("question", "option_text", "words", "credit", "role"):
        assert cells[name] == f"'{attack}"
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)


def test_an_answer_taken_back_is_not_exported_and_one_set_aside_says_why(author: Client, poll: Poll) -> None:
    withdraw_ballot(vote(poll, "Repair"))
    aside = vote(poll, "Selling")
    Ballot.objects.filter(pk=aside.pk).update(excluded_at=aside.cast_at, exclusion="network")

    (row,) = exported(author, poll)

    assert (row["option_text"], row["excluded_reason"]) == ("Selling", "network")


def test_an_answer_stands_beside_the_words_it_was_asked_with(author: Client, poll: Poll) -> None:
    old = vote(poll, "Repair")
    first = option(poll, "Repair")
    Wording.objects.create(
        poll=poll,
        version=1,
        question="What took your week?",
        options={str(first.uuid): "Fixing"},
        until=old.cast_at,
    )
    new = vote(poll, "Repair")
    Ballot.objects.filter(pk=new.pk).update(wording_version=2)

    rows = {row["wording_version"]: row for row in exported(author, poll)}

    assert (rows["1"]["question"], rows["1"]["option_text"]) == ("What took your week?", "Fixing")
    assert (rows["2"]["question"], rows["2"]["option_text"]) == (poll.question, "Repair")


def test_many_answers_are_sent_while_they_are_read(poll: Poll, django_assert_max_num_queries: Any) -> None:
    ballots = (Ballot(poll=poll, reader_key=f"{i:064x}", cast_at=poll.created_at) for i in range(5000))
    Ballot.objects.bulk_create(ballots)

    pieces = csv_lines(poll)
    with django_assert_max_num_queries(8):
        heading, first = next(pieces), next(pieces)
        rest = [piece.count("\r\n") for piece in pieces]

    assert heading.startswith("series,part,")
    assert heading.endswith("excluded_reason\r\n")
    assert first.count("\r\n") == max(rest) == 500
    assert sum(rest) == 4500
