"""Law 12: whatever is sent to any public address, no answer is an error of ours, and what is refused is said so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page

from onward_blog.comments.forms import CommentForm
from onward_newsletter.models import Delivery
from tests.blog.questions import a_question
from tests.newsletter.factories import DeliveryFactory, IssueFactory
from tests.polls.factories import vote

from .addresses import NASTY, filled, parameters_of, public_patterns, quoted
from .whole_site import SCRIPT, Place, a_place


pytestmark = pytest.mark.django_db

#: Every field of every public form, and every word of every public query.
FIELDS = (
    *(
        "option",
        "page",
        "next",
        "words",
        "consent",
        "credit",
        "address",
        "remove",
        "change",
        "other",
        "role",
        "door",
        "csrfmiddlewaretoken",
    ),
    *(
        "newsletter",
        "topic",
        "scope",
        "website",
        "do",
        "pause",
        "proof",
        "want",
        "leave",
        "List-Unsubscribe",
        "done",
    ),
    *("comment", "name", "email", "reply_to", "follow", "timestamp", "security_hash", "honeypot", "via"),
)
HEADERS = (
    "Origin",
    "Referer",
    "Cookie",
    "If-None-Match",
    "If-Modified-Since",
    "Accept-Language",
    "User-Agent",
    "Accept",
)
HEADERS += ("X-Requested-With", "Sec-Fetch-Site", "X-Forwarded-For", "X-CSRFToken", "Range", "Content-Type")


@pytest.fixture
def place(db: None) -> Place:
    return a_place()


@pytest.fixture
def delivery(place: Place) -> Delivery:
    issue = IssueFactory.create(newsletter=place.newsletter, topic=place.topic, page=place.article)
    made: Delivery = DeliveryFactory.create(issue=issue)
    return made


@pytest.fixture
def known(place: Place, delivery: Delivery) -> dict[str, str]:
    """Return a value that exists for each parameter, so that only the one under test is wrong."""
    page = str(place.article.pk)
    return {
        "poll_id": str(place.poll.pk),
        "page_id": page,
        "comment_id": "1",
        "question_id": str(a_question(place.series).pk),
        "roundup_id": "1",
        "issue_id": str(delivery.issue_id),
        "token": delivery.token,
        "option_uuid": str(place.poll.options.first().uuid),
        "ballot": str(vote(place.poll, "Selling").uuid),
        "name": "delete",
        "channel": "link",
        "slug": "word",
        "series": place.series.slug,
        "series_slug": place.series.slug,
        "article": place.article.slug,
        "page_view_restriction_id": "1",
        "path": "a/b/c/",
    }


@pytest.fixture
def visitor(place: Place) -> Client:
    """A browser that has all cookies, whose tokens are taken on trust so that a form is read to its end."""
    browser = Client(raise_request_exception=False)
    browser.post(f"/reader/{place.article.pk}/")
    browser.post(f"/polls/{place.poll.pk}/", {"option": str(place.poll.options.first().uuid)})
    return browser


def assert_no_error(response: Any, what: object) -> None:
    assert response.status_code < 500, f"{response.status_code} for {str(what)[:300]}"
    if response.status_code >= 400:
        assert response.content or response.status_code in {405, 413}, what
    for value in response.headers.values():
        assert "\n" not in value, what


def paths(known: dict[str, str]) -> Iterator[str]:
    for route in public_patterns():
        yield filled(route, lambda _kind, name: known[name])


def nasty_paths(known: dict[str, str]) -> Iterator[str]:
    """Return every public address with one parameter replaced by each nasty value."""
    for route in public_patterns():
        for wrong in parameters_of(route):
            for value in NASTY:
                put_in = known | {wrong: quoted(value)}
                yield filled(route, lambda _kind, name, values=put_in: values[name])


def test_the_list_of_addresses_is_whole(known: dict[str, str]) -> None:
    routes = list(public_patterns())

    assert len(routes) > 35
    assert {name for route in routes for name in parameters_of(route)} <= set(known)
    assert Client().get(filled("reader/<int:page_id>/", lambda _kind, name: known[name])).status_code == 200


def test_nasty_values_in_the_path(known: dict[str, str], visitor: Client) -> None:
    for path in nasty_paths(known):
        assert_no_error(visitor.get(path), path)
        assert_no_error(visitor.post(path), path)


def test_pages_of_every_other_kind(known: dict[str, str], visitor: Client) -> None:
    for page in Page.objects.all():
        for path in paths(known | {"page_id": str(page.pk)}):
            assert_no_error(visitor.get(path), path)
            assert_no_error(visitor.post(path), path)


def test_nasty_values_in_the_query(known: dict[str, str], visitor: Client) -> None:
    for path in paths(known):
        for value in NASTY:
            if len(value) < 5000:
                query = "&".join(f"{field}={quoted(value)}" for field in FIELDS)
                assert_no_error(visitor.get(f"{path}?{query}"), (path, value))


def test_very_long_values_in_the_query(known: dict[str, str], visitor: Client) -> None:
    for path in paths(known):
        for value in ("9" * 5000, "x" * 10_000):
            for field in FIELDS:
                assert_no_error(visitor.get(f"{path}?{field}={value}"), (path, field))


def test_nasty_values_in_every_field_at_once(known: dict[str, str], visitor: Client) -> None:
    for path in paths(known):
        for value in NASTY:
            body = "&".join(f"{field}={quoted(value)}" for field in FIELDS)
            response = visitor.post(path, body, content_type="application/x-www-form-urlencoded")
            assert_no_error(response, (path, value))


def forms(place: Place, token: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Return each public form with what a careful reader would send."""
    poll, page = f"/polls/{place.poll.pk}/", place.article.pk
    option = str(place.poll.options.first().uuid)
    ways = {"page": str(page), "next": place.path}
    yield poll, {"option": option, **ways}
    for each in (place.poll, place.words):
        words = {"words": "I coach.", "consent": "name", "credit": "T", "address": "t@example.org"}
        yield f"/polls/{each.pk}/words/", {**words, **ways}
    yield f"{poll}follow-up/", {"address": "t@example.org", **ways}
    yield f"{poll}withdraw/", ways
    comment = {"comment": "I coach.", "name": "T", "email": "t@example.org", "reply_to": "", "follow": "on"}
    question = a_question(place.series)
    yield f"/questions/{place.series.pk}/new/", {"words": "Why?", "address": "q@example.org", "honeypot": ""}
    yield f"/questions/q/{question.pk}/", {"do": "want"}
    yield f"/comments/{page}/new/", {**comment, **CommentForm(place.article).security_fields(seconds_old=60)}
    box = {"newsletter": place.newsletter.slug, "topic": str(place.topic.pk), "scope": "", "next": place.path}
    yield "/newsletter/", {**box, "address": "t@example.org"}
    yield f"/newsletter/manage/{token}/", {"do": "save", "want": f"topic-{place.topic.pk}"}
    yield f"/u/{token}", {"leave": "topic"}
    yield f"/v/{token}/{option}", {"option": option}
    yield f"/share/{page}/arrived/", {"via": "abc"}


def test_one_nasty_value_in_a_form_that_is_right_otherwise(
    place: Place, delivery: Delivery, visitor: Client
) -> None:
    for path, fields in forms(place, delivery.token):
        for field in fields:
            for value in NASTY:
                body = "&".join(f"{name}={quoted(text)}" for name, text in {**fields, field: value}.items())
                kind = "application/x-www-form-urlencoded"
                assert_no_error(
                    visitor.post(path, body, content_type=kind, headers=SCRIPT), (path, field, value)
                )


def test_bodies_of_a_kind_nobody_expects(known: dict[str, str]) -> None:
    deep = "[" * 50_000
    part = '--b\r\nContent-Disposition: form-data; name="option"'
    bodies = [
        (deep, "application/json"),
        (json.dumps({"option": [1]}), "application/json"),
        ("<a/>", "text/xml"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        ("option=1", "application/x-www-form-urlencoded; charset=utf-16"),
        ("nothing", "multipart/form-data"),
        ("nothing", "multipart/form-data; boundary="),
        (f"{part}\r\n\r\nx", "multipart/form-data; boundary=b"),
        (f'{part}; filename="a\x00.txt"\r\n\r\nx\r\n--b--', "multipart/form-data; boundary=b"),
        (f"{part}\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--b--", "multipart/form-data; boundary=b"),
        (f"{part}; filename=a.txt\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        ("&".join(["option=1"] * 10_050), "application/x-www-form-urlencoded"),
        ("words=" + "x" * 3_000_000, "application/x-www-form-urlencoded"),
    ]
    for path in paths(known):
        for body, kind in bodies:
            client = Client(raise_request_exception=False)
            assert_no_error(client.post(path, body, content_type=kind), (path, kind, body[:80]))


def test_nasty_headers_and_cookies(known: dict[str, str]) -> None:
    for path in paths(known):
        for value in NASTY:
            sent = {name: value.encode("utf-8", "surrogatepass").decode("latin-1") for name in HEADERS}
            for method in ("get", "post"):
                client = Client(raise_request_exception=False)
                assert_no_error(getattr(client, method)(path, headers=sent), (path, value))


def test_one_nasty_header_at_a_time(place: Place, known: dict[str, str]) -> None:
    for path in (place.path, f"/reader/{place.article.pk}/", f"/polls/{place.poll.pk}/", "/newsletter/"):
        for name in HEADERS:
            for value in ("http://[", "", "null", "\x00", "é", "x" * 10_000, ";;;=", '"', "W/"):
                for method in ("get", "post"):
                    client = Client(raise_request_exception=False)
                    assert_no_error(getattr(client, method)(path, headers={name: value}), (path, name, value))


def test_methods_nobody_expects(known: dict[str, str]) -> None:
    for path in paths(known):
        for method in ("put", "patch", "delete", "options", "trace"):
            client = Client(raise_request_exception=False)
            assert_no_error(getattr(client, method)(path), (method, path))
