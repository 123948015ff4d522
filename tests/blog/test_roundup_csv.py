"""Somebody opens the table of a roundup in a spreadsheet program, or reads it with one of their own."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.open_data import COLUMNS
from onward_polls.models import Poll, Theme, WordsNote
from tests.blog.answers import MONDAY, a_part, a_poll, a_series, ballots, words
from tests.blog.roundups import a_published_roundup, read


pytestmark = pytest.mark.django_db

FORMULAS = ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\uff1dWIDE()")


@pytest.fixture
def poll() -> Poll:
    poll = a_poll(results_visibility="always")
    ballots(poll, {"Repair": 12, "Selling": 7})
    ballots(poll, {"Repair": 3}, door="mail", at=MONDAY + timedelta(days=2))
    return poll


def test_each_row_says_on_its_own_what_was_asked_where_when_and_of_how_many(
    poll: Poll, settings: Any
) -> None:
    settings.ONWARD_BLOG = {**settings.ONWARD_BLOG, "DATA_LICENSE_NAME": "CC BY 4.0"}
    article = a_part(a_series(), body=[("poll", poll)])
    published = a_published_roundup(article)

    rows = published.rows()

    assert [(row["option"], row["count"], row["n"]) for row in rows] == [
        ("Repair", "15", "22"),
        ("Selling", "7", "22"),
    ]
    for row in rows:
        assert tuple(row) == COLUMNS
        assert (row["part"], row["article"]) == ("1", "The squeezed manager")
        assert row["article_url"] == f"http://127.0.0.1:8000{article.get_url()}"
        assert row["roundup_url"] == f"http://127.0.0.1:8000{published.page_url}"
        assert (row["question"], row["wording_version"]) == ("What takes most of your week?", "1")
        assert (row["from_page"], row["from_mail"], row["from_embed"]) == ("19", "3", "0")
        assert row["first_answer"] == "2026-05-04T09:00:00.000000+00:00"
        assert row["last_answer"] == "2026-05-06T09:02:00.000000+00:00"
        assert (row["counted_since"], row["cut_off"]) == ("", "2026-05-06T09:02:00.000001+00:00")
        assert row["licence"] == "CC BY 4.0"
        assert row["sha256"] == published.roundup.inputs_hash


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_run_as_a_formula(formula: str) -> None:
    poll = a_poll(f"{formula} question", (formula, "Selling"), results_visibility="always")
    ballots(poll, {"Selling": 12})
    theme = Theme.objects.create(poll=poll, name=formula)
    for number in range(5):
        WordsNote.objects.create(ballot=words(poll, f"Words {number}"), theme=theme)
    published = a_published_roundup(a_part(a_series(), formula, body=[("poll", poll)]))

    table = csv.reader(io.StringIO(read(published.csv_url)))

    assert [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@", "\uff1d"))] == []
    assert f"'{formula}" in {row["option"] for row in published.rows()}


def test_no_word_of_a_reader_is_in_the_files(poll: Poll) -> None:
    ballot = words(poll, "I am the integration layer.", credit="Ingrid Solheim")
    published = a_published_roundup(a_part(a_series(), body=[("poll", poll)]))

    for url in (published.csv_url, published.json_url):
        assert "integration" not in read(url)
        assert "Solheim" not in read(url)
    assert str(ballot.uuid) not in read(published.csv_url)


def test_small_themes_are_counted_together_or_not_at_all(poll: Poll) -> None:
    for name, n in (("Nobody’s job", 6), ("Meetings", 4), ("Reports", 3), ("Travel", 1)):
        theme = Theme.objects.create(poll=poll, name=name)
        for number in range(n):
            WordsNote.objects.create(ballot=words(poll, f"{name} {number}"), theme=theme)
    published = a_published_roundup(a_part(a_series(), body=[("poll", poll)]))

    themes = [row for row in published.rows() if row["table"] == "themes"]

    assert [(row["option"], row["row"], row["count"]) for row in themes] == [
        ("Nobody’s job", "", "6"),
        ("", "others", "8"),
    ]
    for url in (published.page_url, published.csv_url, published.json_url):
        assert "Travel" not in read(url).replace("Travel 0", "")


def test_a_question_for_words_has_one_row_with_how_many_wrote(poll: Poll) -> None:
    question = a_poll("What do you do instead?", (), kind="words", results_visibility="always")
    for number in range(3):
        words(question, f"Something else {number}.")
    published = a_published_roundup(a_part(a_series(), body=[("poll", question)]))

    [row] = published.rows()

    assert (row["table"], row["option"], row["count"], row["n"]) == ("words", "", "3", "3")


def test_the_file_has_a_name_a_type_and_a_lasting_etag(poll: Poll) -> None:
    published = a_published_roundup(a_part(a_series(), body=[("poll", poll)]))

    response = Client().get(published.csv_url)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="roundup-{published.roundup.pk}.csv"' in response["Content-Disposition"]
    again = Client().get(published.csv_url, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_roundup_that_is_not_published_has_no_file(poll: Poll) -> None:
    roundup = compile_roundup(a_part(a_series(), body=[("poll", poll)]))

    for kind in ("/", ".json", ".csv"):
        assert Client().get(f"/roundups/{roundup.pk}{kind}").status_code == 404
