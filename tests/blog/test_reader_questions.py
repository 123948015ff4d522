"""Readers say what the next part should answer, and what they want answered too."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onward_blog import versions
from onward_blog.browser import new_identity
from onward_blog.models import QuestionSupport, ReaderQuestion
from onward_blog.questions.actions import SUPPORT_WINDOW, support_question
from onward_blog.questions.deciding import decide
from tests.blog.discussion import a_series, mails_to
from tests.blog.factories import hide_behind_password, make_part
from tests.blog.questions import (
    WORDS,
    Reader,
    a_question,
    a_series_with_a_part,
    ask_url,
    list_url,
    want_url,
)
from tests.polls.crowd import at_once


pytestmark = pytest.mark.django_db
State = ReaderQuestion.State


@pytest.fixture
def series():
    return a_series_with_a_part()[0]


def text_of(response) -> str:
    assert response.status_code < 500
    return " ".join(response.content.decode().split())


def test_the_series_page_asks_what_the_next_part_should_answer(reader, series):
    html = text_of(reader.get(series.url))

    assert "What should the next part answer?" in html
    assert f'action="{ask_url(series)}"' in html
    assert "csrf" not in html


def test_the_page_of_the_announced_part_asks_too(reader):
    series, part = a_series_with_a_part()
    part.next_question = "Should it be one person?"
    part.save_revision().publish()
    question = a_question(series)

    html = text_of(reader.get(f"{series.url}next/"))

    assert WORDS in html
    assert f'action="{want_url(question)}"' in html
    assert f'action="{ask_url(series)}"' in html


def test_a_question_is_held_until_the_author_lets_it_through(series):
    reader = Reader()

    response = reader.ask(series)

    assert response.status_code == 303
    question = ReaderQuestion.objects.get()
    assert (question.state, question.words, question.supporters.count()) == (State.HELD, WORDS, 1)
    assert WORDS not in text_of(Client().get(series.url))
    own = text_of(reader.get(response.headers["Location"]))
    assert WORDS in own
    assert "Only you see this" in own
    assert WORDS not in text_of(Client().get(list_url(series)))


def test_the_first_press_keeps_what_was_typed_and_stores_nothing(series):
    reader = Reader()

    first = reader.post(ask_url(series), {"words": "Why <b>me</b>?", "address": "tess@example.org"})

    html = text_of(first)
    assert "One more press" in html
    assert "Why &lt;b&gt;me&lt;/b&gt;?" in html
    assert 'value="tess@example.org"' in html
    assert "no-store" in first.headers["Cache-Control"]
    assert {"cid", "csrftoken"} <= set(first.cookies)
    assert not ReaderQuestion.objects.exists()


def test_wanting_it_too_counts_once_and_can_be_taken_back(series):
    question, reader = a_question(series, wanted=2), Reader()

    first = reader.post(want_url(question), {"do": "want"})
    assert "One more press" in text_of(first)
    assert question.supporters.count() == 2
    for _press in range(3):
        assert reader.want(question).status_code == 303
    assert question.supporters.count() == 3
    assert "You want this too" in text_of(reader.get(list_url(series)))

    assert reader.want(question, "withdraw").status_code == 303
    assert question.supporters.count() == 2


def test_after_the_first_act_one_press_is_enough(series):
    one, other, reader = a_question(series), a_question(series, "And at night?"), Reader()
    reader.want(one)
    html = reader.get(list_url(series)).content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)[0]

    response = reader.post(want_url(other), {"do": "want", "csrfmiddlewaretoken": token})

    assert response.status_code == 303
    assert other.supporters.count() == 2


def test_the_most_wanted_come_first_and_the_answered_last(reader):
    series, part = a_series_with_a_part()
    a_question(series, "Few want this.", wanted=1)
    a_question(series, "Many want this.", wanted=7, state="picked")
    a_question(series, "Long answered.", wanted=9, state="answered", answered_in=part)
    a_question(series, "Still held.", state="held")
    a_question(series, "Thrown out.", state="rejected")

    html = text_of(reader.get(series.url))

    assert html.index("Many want this.") < html.index("Few want this.") < html.index("Long answered.")
    assert "<b>7</b> readers want this" in html
    assert "picked for the next part" in html
    assert f'<a href="{part.url}">{part.title}</a>' in html
    assert "Still held." not in html
    assert "Thrown out." not in html


def test_a_part_that_was_taken_away_is_not_linked(reader):
    series, part = a_series_with_a_part()
    a_question(series, state="answered", answered_in=part)
    part.unpublish()

    html = text_of(reader.get(series.url))

    assert WORDS in html
    assert part.url not in html


def test_the_list_costs_the_series_one_query(reader, series):
    counts = []
    for _round in (0, 30):
        for number in range(_round):
            a_question(series, f"Number {number}?", wanted=2)
        reader.get(series.url)
        with CaptureQueriesContext(connection) as queries:
            reader.get(series.url)
        counts.append(len(queries))
    asked = [query for query in queries.captured_queries if "readerquestion" in query["sql"]]

    assert len(asked) == 1
    assert counts[0] == counts[1] <= 5


def test_every_reader_gets_the_same_bytes(series):
    question, one = a_question(series), Reader()
    one.want(question)
    one.ask(series, "Mine alone?")

    for path in (series.url, f"{series.url}next/"):
        answers = [reader.get(path) for reader in (one, Client())]
        assert answers[0].content == answers[1].content
        for answer in answers:
            assert not answer.cookies
            assert b"csrfmiddlewaretoken" not in answer.content
            assert b"Mine alone" not in answer.content


def test_reading_changes_nothing_and_sets_no_cookie(series):
    question, reader = a_question(series), Client()

    for path in (list_url(series), ask_url(series), want_url(question)):
        for method in (reader.get, reader.head):
            assert method(path).status_code == 200
    assert not reader.cookies
    assert QuestionSupport.objects.count() == 1


@pytest.mark.parametrize("words", ["", "   ", "\u200b\u200b", "\x00\x07", "x" * 301, "x" * 10_000])
def test_what_is_no_question_is_refused_in_a_sentence(series, words):
    response = Reader().ask(series, words, address="tess@example.org")

    html = text_of(response)
    assert response.status_code == 400
    assert "question" in html
    assert 'value="tess@example.org"' in html
    assert not ReaderQuestion.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script> why?", "<script>alert(1)</script> why?"),
        ("Why\r\n\r\nnot\tnow?", "Why not now?"),
        ("A\x08B\u202e?", "AB?"),
        ("🙂" * 300, "🙂" * 300),
        ("' OR 1=1 -- {{ 7|add:7 }} %s", "' OR 1=1 -- {{ 7|add:7 }} %s"),
    ],
)
def test_strange_words_are_words(series, author, typed, kept):
    assert Reader().ask(series, typed).status_code == 303

    question = decide(ReaderQuestion.objects.get(), "publish", user=author.user)
    assert question.words == kept
    html = Client().get(series.url).content.decode()
    assert "<script>alert" not in html
    assert author.get("/admin/questions/?state=public").status_code == 200


def test_a_wrong_address_is_said_and_everything_is_kept(series):
    response = Reader().ask(series, WORDS, address="a@b")

    assert response.status_code == 400
    assert "does not look like an e-mail address" in text_of(response)
    assert WORDS in text_of(response)


def test_a_robot_that_fills_everything_in_asks_nothing(series):
    assert Reader().ask(series, honeypot="http://spam.example").status_code == 400
    assert not ReaderQuestion.objects.exists()


def test_asking_the_same_again_is_one_question(series):
    reader = Reader()
    for _press in range(2):
        assert reader.ask(series).status_code == 303

    assert ReaderQuestion.objects.count() == 1
    assert QuestionSupport.objects.count() == 1


def test_asking_what_is_public_already_is_wanting_it_too(series):
    question = a_question(series)

    assert Reader().ask(series, WORDS.upper()).status_code == 303

    assert ReaderQuestion.objects.count() == 1
    assert question.supporters.count() == 2


def test_a_sixth_question_within_ten_minutes_waits_and_is_kept(series):
    reader = Reader()
    answers = [reader.ask(series, f"Number {n}?") for n in range(6)]

    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Number 5?" in text_of(answers[-1])
    assert ReaderQuestion.objects.count() == 5


def test_one_network_cannot_push_a_question_with_new_browsers(series):
    question = a_question(series)
    statuses = [Reader().want(question).status_code for _n in range(32)]

    assert statuses == [303] * 30 + [429] * 2
    assert Reader(REMOTE_ADDR="203.0.113.9").want(question).status_code == 303


def test_one_address_gets_no_flood_of_confirmations(series):
    for n in range(8):
        Reader(REMOTE_ADDR=f"203.0.113.{n}").ask(series, f"Number {n}?", address="victim@example.org")

    assert len(mails_to("victim@example.org")) == 5


@pytest.mark.parametrize("how", ["ended", "unpublished", "private"])
def test_a_series_that_is_over_or_closed_takes_nothing(series, how):
    question = a_question(series)
    if how == "ended":
        type(series).objects.filter(pk=series.pk).update(ended_at=timezone.now())
    elif how == "unpublished":
        series.unpublish()
    else:
        hide_behind_password(series)

    expected = {403, 409} if how == "ended" else {404}
    assert Reader().ask(series, "Too late?").status_code in expected
    assert Reader().want(question).status_code in expected
    assert ReaderQuestion.objects.count() == 1
    assert question.supporters.count() == 1


def test_a_series_that_has_ended_shows_what_was_asked_and_no_form(reader, series):
    a_question(series)
    type(series).objects.filter(pk=series.pk).update(ended_at=timezone.now())

    html = text_of(reader.get(series.url))

    assert WORDS in html
    assert ask_url(series) not in html
    assert "I want this too" not in html


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_a_question_nobody_sees_is_not_there(series, state):
    question = a_question(series, state=state)

    assert Client().get(want_url(question)).status_code == 404
    assert Reader().want(question).status_code == 404


def test_an_answered_question_is_not_wanted_any_more(series):
    question = a_question(series, state="answered")

    response = Reader().want(question)

    assert response.status_code == 409
    assert "not open any more" in text_of(response)
    assert question.supporters.count() == 1


def test_a_question_of_a_part_or_of_another_page_is_not_taken(series):
    part = make_part(series)

    assert Reader().ask(part).status_code == 404
    assert Client().get(list_url(part)).status_code == 404


def test_another_site_presses_no_button(series):
    question = a_question(series)
    for path in (ask_url(series), want_url(question)):
        response = Reader().post(path, {"words": "Why?"}, headers={"Origin": "https://evil.example"})
        assert response.status_code == 403


def test_support_starts_a_new_version_at_most_once_a_minute(series, django_capture_on_commit_callbacks):
    question, seen = a_question(series), set()
    for _reader in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            support_question(question, new_identity())
        seen.add(versions.current(series.pk))

    assert question.supporters.count() == 6
    assert len(seen) == 1
    assert timedelta(seconds=SUPPORT_WINDOW) <= timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_fifty_presses_of_one_reader_at_once_leave_one():
    question, identity = a_question(a_series(), wanted=0), new_identity()

    errors = at_once([lambda: support_question(question, identity)] * 50)

    assert errors == []
    assert question.supporters.count() == 1
