"""A tally that the reader may not see yet is nowhere: not in a page, a feed, a header, a mail, nor in how long they are."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from onward_blog.models import Roundup
from onward_blog.responses.folding import fold_responses
from onward_polls.actions import fold_tallies
from onward_polls.models import Ballot, Poll
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_poll, vote

from .letters import parts_of, write_every_mail
from .whole_site import SCRIPT, Place, a_place


Visibility = Poll.ResultsVisibility

#: A number of answers that nothing else on the site is made of.
MANY = 43
QUESTION = "How many hours were yours last week?"


@pytest.fixture(autouse=True)
def keys_far_from_counts(db: None) -> None:
    """Let no row made here have the number as its primary key: a key in an address is not a leak."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.auto_field]
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM sqlite_sequence WHERE name = %s", [[table] for table in tables])
        cursor.executemany("INSERT INTO sqlite_sequence VALUES (%s, 700000)", [[table] for table in tables])


@pytest.fixture(params=[Visibility.AFTER_VOTING, Visibility.AFTER_CLOSING, Visibility.EDITORS])
def hidden(request: pytest.FixtureRequest, db: None) -> Poll:
    return a_poll(QUESTION, results_visibility=request.param)


def answer_many_times(poll: Poll) -> None:
    for _reader in range(MANY):
        vote(poll, "Selling")
    fold_tallies()
    fold_responses()


def everything_about(place: Place, poll: Poll) -> dict[str, tuple[int, bytes, dict[str, str]]]:
    """Return status, bytes and headers of whatever a stranger can open that may speak of the poll."""
    here, page = f"/polls/{poll.pk}/", place.article.pk
    asked = [(path, {}) for path in ("/", place.series.get_absolute_url(), place.path, "/archive/", "/feed/")]
    asked += [(f"{place.series.get_absolute_url()}feed/", {}), ("/sitemap.xml", {}), (f"/reader/{page}/", {})]
    asked += [(f"/comments/{page}/", {}), (f"/share/{page}/link/", {}), (f"{here}results.json", {})]
    asked += [
        (f"{here}{query}", headers) for query in ("", "?change=1", "?words=1") for headers in ({}, SCRIPT)
    ]
    answers = {}
    for path, headers in asked:
        response = Client().get(path, headers=headers)
        answers[f"{path} {headers}"] = (response.status_code, response.content, dict(response.headers))
    return answers


def test_what_a_stranger_can_open_is_the_same_to_the_byte_after_the_votes(hidden: Poll) -> None:
    place = a_place(hidden)
    fold_responses()
    before = everything_about(place, hidden)

    answer_many_times(hidden)

    after = everything_about(place, hidden)
    assert {path for path in after if without_clock(after[path]) != without_clock(before[path])} == set()
    assert sum(QUESTION.encode() in body for _status, body, _headers in after.values()) >= 8


def without_clock(answer: tuple[int, bytes, dict[str, str]]) -> tuple[int, bytes, dict[str, str]]:
    """Leave out when an answer stops being valid, which is the time of asking."""
    status, body, headers = answer
    return status, body, {name: value for name, value in headers.items() if name != "Expires"}


@pytest.mark.parametrize("fields", [{"option": "nonsense"}, {}, {"option": ["a", "b"]}])
def test_an_answer_that_is_refused_or_not_counted_yet_is_not_told_the_count(
    hidden: Poll, fields: dict[str, Any]
) -> None:
    place = a_place(hidden)
    answer_many_times(hidden)
    here = f"/polls/{hidden.pk}/"
    known = Client()
    known.post(f"/reader/{place.article.pk}/")

    for client in (Client(enforce_csrf_checks=True), known):
        for path in (here, f"{here}words/", f"{here}withdraw/", f"{here}words/stop/", f"{here}follow-up/"):
            for headers in ({}, SCRIPT):
                response = client.post(path, {"words": "", "address": "x", **fields}, headers=headers)
                assert_no_count(response.content.decode())
        assert_no_count(client.post(f"/reader/{place.article.pk}/").content.decode())
    assert Ballot.objects.count() == MANY


def test_whoever_voted_sees_the_count_only_where_the_poll_shows_it_then(hidden: Poll) -> None:
    place = a_place(hidden)
    answer_many_times(hidden)
    reader = ReaderAtPoll(hidden)
    reader.answer("Selling")
    shown = hidden.results_visibility == Visibility.AFTER_VOTING

    fragment = reader.browser.get(f"/reader/{place.article.pk}/").content.decode()
    data = reader.browser.get(f"/polls/{hidden.pk}/results.json")

    for text in (reader.look(), fragment, data.content.decode()):
        assert speaks_of_count(text, MANY + 1) == shown
    assert data.status_code == (200 if shown else 403)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("visibility", [Visibility.AFTER_CLOSING, Visibility.EDITORS])
def test_no_mail_to_readers_and_no_roundup_tells_the_count(visibility: str, author: Any) -> None:
    hidden = a_poll(QUESTION, results_visibility=visibility)
    place = a_place(hidden)
    answer_many_times(hidden)

    write_every_mail(place, author)

    # In the morning the author learns how many answered, as on the dashboard.
    letters = [letter for letter in mail.outbox if letter.to != [author.user.email]]
    assert any(QUESTION in part for letter in letters for part in parts_of(letter))
    for letter in letters:
        for part in parts_of(letter):
            assert_no_count(part)
    for roundup in Roundup.objects.all():
        for name in ("roundup", "roundup_json"):
            response = Client().get(reverse(f"onward_blog:{name}", args=[roundup.pk]))
            assert response.status_code == 200
            assert_no_count(response.content.decode())
        assert_no_count(Client().get(roundup.uses.get().page.specific.get_absolute_url()).content.decode())


def assert_no_count(text: str) -> None:
    assert not speaks_of_count(text, MANY), text


def speaks_of_count(text: str, number: int) -> bool:
    """Whether the number stands in a text between other characters than those of ids, tokens and colours."""
    return bool(re.search(rf"(?<![\w.:#%-]){number}(?![\w.:%-])", text))
