"""A reader opens an article, and gets what every other reader gets."""

import gc
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onward_newsletter.models import Newsletter, Topic
from onward_polls.models import Poll
from tests.blog.discussion import a_public
from tests.blog.factories import make_author, make_image, make_part, make_series, publish


pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Any:
    series = make_series()
    return make_part(series, standfirst="What the week is spent on.", author=make_author())


def test_two_readers_with_different_cookies_get_the_same_bytes(article: Any) -> None:
    first, second = Client(), Client(headers={"user-agent": "Another/1.0", "accept-language": "de"})
    first.cookies["rid"] = "aaaa"
    second.cookies.load({"rid": "bbbb", "sessionid": "gone", "csrftoken": "x" * 32, "theme": "dark"})

    one, other = first.get(article.url), second.get(article.url)

    assert one.status_code == other.status_code == 200
    assert one.content == other.content
    assert one["ETag"] == other["ETag"]


def test_reading_sets_no_cookie_and_depends_on_none(article: Any, reader: Client) -> None:
    reader.cookies["sessionid"] = "a-session-that-ended"

    response = reader.get(article.url)

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert b"csrfmiddlewaretoken" not in response.content


def test_browsers_ask_again_and_shared_caches_may_keep(article: Any, reader: Client) -> None:
    response = reader.get(article.url)

    directives = set(response["Cache-Control"].split(", "))
    assert {"public", "max-age=0", "s-maxage=60"} <= directives
    assert any(directive.startswith("stale-while-revalidate=") for directive in directives)


def test_a_browser_that_has_the_page_is_told_so_without_it(article: Any, reader: Client) -> None:
    etag = reader.get(article.url)["ETag"]

    again = reader.get(article.url, headers={"if-none-match": etag})

    assert again.status_code == 304
    assert not again.content
    assert again["ETag"] == etag
    assert "s-maxage=60" in again["Cache-Control"]


def test_publishing_a_change_ends_the_old_etag(article: Any, reader: Client) -> None:
    etag = reader.get(article.url)["ETag"]
    article.title = "Another title"
    publish(article)

    again = reader.get(article.url, headers={"if-none-match": etag})

    assert again.status_code == 200
    assert b"Another title" in again.content


def test_an_editor_sees_the_bar_and_no_cache_keeps_it(article: Any, author: Client, reader: Client) -> None:
    signed_in, anonymous = author.get(article.url), reader.get(article.url)

    assert b"wagtail-userbar" in signed_in.content
    assert signed_in["Cache-Control"] == "private, no-store"
    assert b"wagtail-userbar" not in anonymous.content


# Wagtail leaves the file in which it draws a rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_article_with_an_image_says_how_much_room_it_takes(reader: Client) -> None:
    image = make_image()
    image.contextual_alt_text, image.decorative = "An empty desk", False
    block = {"image": image, "caption": "", "wide": False}
    part = make_part(make_series(), body=[("paragraph", "<p>Look.</p>"), ("image", block)])

    html = reader.get(part.url).content.decode()

    gc.collect()
    tag = re.search(r"<img[^>]*srcset[^>]*>", html)
    assert tag is not None
    for attribute in ('width="', 'height="', 'loading="lazy"', 'alt="An empty desk"', "480w", "sizes="):
        assert attribute in tag[0]


def test_an_article_says_who_wrote_it_and_how_long_it_takes(article: Any, reader: Client) -> None:
    html = reader.get(article.url).content.decode()

    assert "Mara Kalani" in html
    assert "1 minute" in html


def test_reading_minutes_count_what_is_read_and_nothing_else() -> None:
    long_text = f"<p>{'word ' * 660}</p>"
    part = make_part(make_series(), body=[("paragraph", long_text), ("subscribe", None)])

    assert part.reading_minutes == 3


def test_an_article_costs_few_queries(reader: Client) -> None:
    """With a poll, a question for words, comments, a newsletter to follow and five parts."""
    newsletter = Newsletter.objects.create(
        name="The Sales Floor", slug="floor", sender_name="Mara", sender_address="mara@example.org"
    )
    poll = Poll.objects.create(question="What takes most of your week?")
    words = Poll.objects.create(question="What do you do instead?", kind=Poll.Kind.WORDS)
    series = make_series(author=make_author())
    Topic.objects.get_or_create(
        newsletter=newsletter, key=series.topic_key, defaults={"name": "It", "slug": "it"}
    )
    for number in range(4):
        make_part(series, f"Part with number {number}", author=make_author(f"Author {number}"))
    part = make_part(series, author=make_author(), body=[("poll", poll), ("words_question", words)])
    for number in range(5):
        a_public(part, f"Comment with number {number}")
    reader.get(part.url)

    with CaptureQueriesContext(connection) as queries:
        html = reader.get(part.url).content.decode()

    assert "Comment with number 4" in html
    assert len(queries) <= 7, [query["sql"][:120] for query in queries]


def test_tags_stand_in_the_order_they_were_given_and_cost_no_query(article: Any, reader: Client) -> None:
    article.tags.add("roles", "coaching", "a & b")
    article.save()
    publish(article)
    reader.get(article.url)

    with CaptureQueriesContext(connection) as queries:
        html = reader.get(article.url).content.decode()

    assert re.findall(r'<a rel="tag" href="([^"]+)">([^<]+)</a>', html) == [
        ("/tags/roles/", "roles"),
        ("/tags/coaching/", "coaching"),
        ("/tags/a-b/", "a &amp; b"),
    ]
    assert not [query["sql"] for query in queries if 'FROM "taggit_tag"' in query["sql"]]


def test_a_film_is_asked_for_only_by_the_reader(reader: Client) -> None:
    block = {
        "url": "https://www.youtube.com/watch?v=abcdefghijk",
        "title": "A day on the floor",
        "caption": "",
    }
    part = make_part(make_series(), body=[("embed", block)])

    html = reader.get(part.url).content.decode()

    assert 'href="https://www.youtube.com/watch?v=abcdefghijk"' in html
    assert "<iframe" not in html
    assert not re.search(r'\bsrc="https?://', html)


@pytest.mark.parametrize(
    "address",
    ["https://example.org/film", "javascript:alert(1)", "https://youtube.com.evil.org/watch?v=abcdefghijk"],
)
def test_a_film_from_elsewhere_is_refused(address: str) -> None:
    from onward_blog.embeds import frame_for

    assert frame_for(address) is None


def test_quotation_marks_are_set_once(reader: Client) -> None:
    part = make_part(make_series(), body=[("quote", {"quote": "“I repair.”", "source": ""})])

    assert "<p>I repair.</p>" in reader.get(part.url).content.decode()
