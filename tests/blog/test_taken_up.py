"""A reader comes back to Part 1 and sees at the poll, and at the own comment, what became of them."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onward_blog import versions
from onward_blog.comments.moderating import decide
from onward_blog.models import CommentState
from onward_polls.models import Poll
from tests.blog.answers import a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_public
from tests.blog.roundups import Published, a_published_roundup, read, text_of


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    poll = a_poll()
    ballots(poll, {"Repair": 12})
    words(poll, "I am the integration layer.")
    return poll


@pytest.fixture
def silent() -> Poll:
    """A question that nobody has answered."""
    return a_poll("And what else?")


@pytest.fixture
def article(poll: Poll, silent: Poll) -> Any:
    return a_part(a_series(), body=[("poll", poll), ("poll", silent)])


@pytest.fixture
def comment(article: Any) -> CommentState:
    return a_public(article, "Coaching is what I miss.", name="Tess Okafor")


@pytest.fixture
def published(article: Any, comment: CommentState) -> Published:
    return a_published_roundup(article)


def links_to(part: Any, html: str) -> list[tuple[str, str]]:
    """Return (id of the element, text) of each link to a place in a part."""
    found = re.findall(rf'<a href="{re.escape(part.get_url())}#([\w-]+)">(.*?)</a>', html, re.DOTALL)
    return [(anchor, " ".join(text.split())) for anchor, text in found]


def test_the_poll_and_the_comment_lead_to_the_line_that_took_them_up(
    published: Published, poll: Poll, comment: CommentState
) -> None:
    html = read(published.article.url)

    quote = published.roundup.quotes.get(source="comments")
    links = links_to(published.part, html)
    assert links == [
        (f"roundup-{published.roundup.pk}-poll-{poll.pk}", "Part 2: What you said"),
        (f"quote-{quote.pk}", "Quoted in Part 2"),
    ]
    part = read(published.part.url)
    for anchor, _text in links:
        assert part.count(f'id="{anchor}"') == 1
    assert html.index("Your answers were taken up in") < html.index("And what else?")
    assert html.index(f'id="c{comment.comment_id}"') < html.index("Quoted in Part 2")


def test_the_page_of_comments_says_so_too(published: Published) -> None:
    quote = published.roundup.quotes.get(source="comments")

    html = read(f"/comments/{published.article.pk}/")

    assert links_to(published.part, html) == [(f"quote-{quote.pk}", "Quoted in What you said")]


def test_a_question_without_answers_was_not_taken_up(published: Published) -> None:
    assert text_of(read(published.article.url)).count("Your answers were taken up in") == 1


def test_a_part_that_is_withdrawn_is_named_nowhere(published: Published) -> None:
    published.part.unpublish()

    html = read(published.article.url)

    assert "Your answers were taken up" not in html
    assert "Quoted in" not in html


def test_a_comment_that_the_author_quotes_no_longer_does_not_say_so(
    published: Published, django_capture_on_commit_callbacks: Any
) -> None:
    version = versions.current(published.article.pk)
    published.part.body[0].value["quotes"] = []
    with django_capture_on_commit_callbacks(execute=True):
        published.part.save_revision().publish()

    assert "Quoted in" not in read(published.article.url)
    assert versions.current(published.article.pk) != version


def test_a_comment_that_was_taken_away_leads_nowhere(
    published: Published, comment: CommentState, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide([comment.comment_id], "reject")

    html = read(published.article.url)

    assert "Quoted in" not in html
    assert "Coaching is what I miss." not in html + read(published.part.url) + published.page()


def test_an_article_asks_nothing_more_until_it_is_taken_up_and_two_things_then(article: Any) -> None:
    article.save_revision().publish()
    read(article.url)
    with CaptureQueriesContext(connection) as alone:
        read(article.url)
    assert not [query for query in alone if 'FROM "onward_blog_roundupuse"' in query["sql"][:300]]

    a_published_roundup(article)

    read(article.url)
    with CaptureQueriesContext(connection) as taken_up:
        read(article.url)
    assert len(taken_up) <= len(alone) + 2


def test_every_reader_gets_the_same_bytes(published: Published) -> None:
    first, second = Client(), Client(headers={"accept-language": "de"})
    first.cookies["rid"] = "aaaa"

    assert first.get(published.article.url).content == second.get(published.article.url).content


def test_each_quoted_sentence_has_a_place_of_its_own_to_link_to(published: Published) -> None:
    for html in (read(published.part.url), published.page()):
        for quote in published.roundup.quotes.all():
            assert html.count(f'id="quote-{quote.pk}"') == 1
            assert f'href="#quote-{quote.pk}"' in html
