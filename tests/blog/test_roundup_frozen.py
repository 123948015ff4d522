"""An author or a reader comes back to a roundup long after it was frozen: it says what it said."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from onward_blog.responses.canonical import canonical_json
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.document import compile_document
from onward_polls.actions import refresh_breakdown, reword
from onward_polls.models import Option, Poll
from tests.blog.answers import MONDAY, a_part, a_series, ballots
from tests.blog.busy_poll import ROLES, a_busy_poll, a_busy_roundup, an_earlier_poll
from tests.blog.roundups import Published, a_published_roundup, text_of


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    return a_busy_poll(an_earlier_poll())


@pytest.fixture
def published(poll: Poll) -> Published:
    return a_busy_roundup(poll)


def test_version_one_is_read_as_it_was(published: Published) -> None:
    old = json.loads(canonical_json(published.roundup.data))
    old["version"] = 1
    for name in ("code", "language", "method"):
        del old[name]
    for name in ("series", "author"):
        del old["page"][name]
    kept = {
        "words",
        "quotable",
        "doors",
        "first_at",
        "last_at",
        "closes_at",
        "visibility",
        "follows",
        "words_prompt",
    }
    for group in next(source for source in old["sources"] if source["source"] == "polls")["groups"]:
        group["facts"] = {name: value for name, value in group["facts"].items() if name in kept}
    type(published.roundup).objects.filter(pk=published.roundup.pk).update(data=old)

    page = text_of(published.page())

    assert "76 readers who chose to answer" in page
    assert "1 question, 76 answers in all" in page
    assert [row["table"] for row in published.rows()].count("options") == 3


def test_asking_again_for_the_same_count_gives_the_same_bytes_whatever_is_refreshed(
    published: Published, poll: Poll
) -> None:
    window = {"since": None, "until": published.roundup.until}
    ballots(poll, {"Selling": 60}, at=timezone.now(), role=ROLES[0])
    refresh_breakdown(poll)

    again = compile_roundup(published.article, **window)

    assert again.pk == published.roundup.pk


def test_a_table_that_holds_later_answers_is_left_out_of_an_earlier_window(poll: Poll) -> None:
    article = a_part(a_series(), body=[("poll", poll)])
    until = MONDAY + timedelta(minutes=60)

    published = a_published_roundup(article, until=until)

    assert {row["table"] for row in published.rows()} == {"options", "before", "themes"}


def test_what_was_frozen_in_one_year_reads_the_same_in_another(poll: Poll) -> None:
    article = a_part(a_series(), body=[("poll", poll)])
    article.save_revision().publish()
    reword(poll, question="What takes most of your working week?")
    Option.objects.create(poll=poll, text="Coaching", sort_order=9, added_at=MONDAY, added_after_votes=40)

    documents = []
    for year in (2026, 2031):
        with time_machine.travel(datetime(year, 12, 1, tzinfo=UTC), tick=False):
            documents.append(
                canonical_json(compile_document(article, None, MONDAY + timedelta(days=400)).data)
            )

    assert documents[0] == documents[1]
    assert "added 4 May 2026; 40 had answered before" in documents[0]
