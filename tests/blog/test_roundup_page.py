"""A reader opens the permanent page of a roundup, cites it, and reads the same card in the part that took it up."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onward_blog.roundups.actions import compile_roundup
from onward_polls.actions import reword
from onward_polls.models import Poll
from tests.blog.answers import a_ballot, a_part, a_poll, a_series, ballots
from tests.blog.busy_poll import a_busy_poll, a_busy_roundup, an_earlier_poll
from tests.blog.roundups import Published, a_published_roundup, card_in, read, text_of


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    return a_busy_poll(an_earlier_poll())


@pytest.fixture
def published(poll: Poll) -> Published:
    return a_busy_roundup(poll)


def test_reworded_questions_say_so_and_name_the_wording(poll: Poll) -> None:
    article = a_part(a_series(), body=[("poll", poll)])
    reword(poll, question="What takes most of your working week?")

    page = text_of(a_published_roundup(article).page())

    assert "What takes most of your working week?" in page
    assert "worded differently until" in page
    assert "“What takes most of your week?”" in page
    assert "The wording shown is version 2." in page


def test_nothing_is_said_of_sampling_errors_or_of_all_managers(published: Published) -> None:
    page = text_of(published.page()).lower()

    assert "margin" not in page
    assert "confidence" not in page
    assert "chose to answer" in page
    assert "not a sample of anybody else" in page


def test_the_page_says_how_to_cite_it_and_under_which_licence(published: Published, settings: Any) -> None:
    settings.ONWARD_BLOG = {
        **settings.ONWARD_BLOG,
        "DATA_LICENSE_NAME": "CC BY 4.0",
        "DATA_LICENSE_URL": "https://creativecommons.org/licenses/by/4.0/",
    }

    html = published.page()

    page = text_of(html)
    assert "Cite as Readers’ answers to “The squeezed manager” (Out of date?, Part 1)." in page
    until = f"{published.roundup.until:%-d %B %Y}"
    assert f"counted up to {until}, http://127.0.0.1:8000{published.page_url}" in page
    assert '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>' in html
    assert published.roundup.inputs_hash in html
    [dataset] = re.findall(r'<script type="application/ld\+json">(.+?)</script>', html)
    document = json.loads(dataset)
    assert (document["@type"], document["identifier"]) == (
        "Dataset",
        f"sha256:{published.roundup.inputs_hash}",
    )
    assert [file["contentUrl"].endswith((".csv", ".json")) for file in document["distribution"]] == [
        True,
        True,
    ]


def test_long_words_and_markup_stay_words() -> None:
    poll = a_poll("<script>alert(1)</script>" + "w" * 300, ("<b>" + "x" * 190, "Selling"))
    ballots(poll, {"Selling": 3})
    article = a_part(a_series("</script><b>"), "Titles & <i>marks</i>", body=[("poll", poll)])

    html = a_published_roundup(article).page()

    assert "<script>alert" not in html
    assert "</script><b>" not in html
    assert "<b>x" not in html


def test_a_roundup_that_nobody_answered_says_so(author: Client) -> None:
    article = a_part(a_series(), body=[("poll", a_poll())])
    roundup = compile_roundup(article)

    page = text_of(author.get(f"/roundups/{roundup.pk}/").content.decode())

    assert "Nobody had answered when this was counted." in page
    assert "Only you can see this page" in page


def test_the_page_asks_the_database_as_often_for_many_answers_as_for_few(
    poll: Poll, published: Published
) -> None:
    read(published.page_url)
    with CaptureQueriesContext(connection) as few:
        read(published.page_url)
    for _each in range(20):
        a_ballot(poll, poll.options.first(), at=timezone.now())

    with CaptureQueriesContext(connection) as many:
        read(published.page_url)

    assert len(few) == len(many) <= 20


def test_the_article_shows_the_same_card_without_the_tables(published: Published) -> None:
    card = card_in(read(published.part.url))

    assert "As published" in card
    assert f'href="{published.page_url}#now"' in card
    assert "<table" not in card
    assert len(re.findall(r" before: \d+ \(\d+%\)", text_of(card))) == 3
