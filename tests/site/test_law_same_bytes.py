"""Law 2: every anonymous reader is sent the same bytes; what is one reader's own is kept by nobody."""

from typing import Any

import pytest
from django.test import Client

from onward_blog.models import CommentState
from onward_polls.actions import fold_tallies
from onward_polls.models import Ballot
from tests.blog.discussion import Browser
from tests.polls.conftest import ReaderAtPoll

from .whole_site import Human, Place, place


__all__ = ["place"]

pytestmark = pytest.mark.django_db


def pages_of(place: Place) -> list[str]:
    series = place.series.get_absolute_url()
    return ["/", series, place.path, "/archive/", "/feed/", f"{series}feed/"]


def voter_with_a_comment(place: Place, answer: str, text: str) -> Client:
    """Return a browser that has voted, written words and sent a comment, and holds every cookie of ours."""
    browser = Browser()
    at_poll = ReaderAtPoll(place.poll)
    at_poll.browser = browser
    at_poll.answer(answer)
    at_poll.send("words/", {"words": f"Words: {text}", "consent": "none"})
    browser.comment(place.article, text, email=f"{answer.lower()}@example.org")
    browser.post(f"/questions/{place.series.pk}/new/", {"words": f"{text} what others?"})
    return browser


def test_two_readers_with_votes_and_held_comments_get_the_same_bytes(place: Place) -> None:
    one = voter_with_a_comment(place, "Repair", "I mend what others sold.")
    other = voter_with_a_comment(place, "Selling", "I sell what others mend.")
    fold_tallies()
    assert {"rid", "cid", "csrftoken"} <= set(one.cookies) == set(other.cookies)
    assert (Ballot.objects.count(), CommentState.objects.filter(state="unconfirmed").count()) == (2, 2)

    for path in pages_of(place):
        answers = [reader.get(path) for reader in (one, other, Client())]

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1, path
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1, path
        for answer in answers:
            assert not answer.cookies, path
            assert "cookie" not in answer.headers.get("Vary", "").lower(), path
            assert "csrf" not in answer.content.decode(), path
            assert "what others" not in answer.content.decode(), path


def test_what_is_a_readers_own_comes_from_one_fragment_that_nobody_keeps(place: Place) -> None:
    one = voter_with_a_comment(place, "Repair", "I mend what others sold.")

    own, others = (reader.get(f"/reader/{place.article.pk}/") for reader in (one, Client()))

    assert "I mend what others sold." in own.json()["fragments"][f"comments-own-{place.article.pk}"]
    assert "I mend" not in others.content.decode()
    for answer in (own, others):
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert not answer.cookies
        assert answer.json()["csrf"] is None


def test_a_cookie_that_makes_no_sense_changes_no_byte_and_is_not_answered_by_another(place: Place) -> None:
    usual = Client().get(place.path)

    for cookie in ("sessionid", "rid", "cid", "csrftoken", "messages"):
        for value in ("stale", "0" * 32, "a:b:c", '"', "é" * 200, "%00"):
            reader = Client()
            reader.cookies[cookie] = value
            answer = reader.get(place.path)
            assert answer.content == usual.content, (cookie, value)
            assert answer.headers == usual.headers, (cookie, value)
            assert not answer.cookies, (cookie, value)
            assert reader.get(f"/reader/{place.article.pk}/").status_code == 200, (cookie, value)


def test_an_editors_copy_is_private(place: Place, editor: Any, author: Any) -> None:
    for person in (editor, author):
        for path in ("/", place.series.get_absolute_url(), place.path):
            answer = person.get(path)
            assert answer.headers["Cache-Control"] == "private, no-store", path
            assert "ETag" not in answer.headers


def test_nothing_that_a_cache_ignores_gets_into_the_page(place: Place) -> None:
    usual = Client().get(place.path)

    for header in (
        "X-Forwarded-Host",
        "X-Original-URL",
        "X-HTTP-Method-Override",
        "Accept-Language",
        "Referer",
    ):
        answer = Client().get(place.path, headers={header: "canary.example.net"})
        assert answer.content == usual.content, header
        assert "canary" not in str(answer.headers), header
    for query in ("utm_source=a", "via=abc", "fbclid=9", "page=9", "change=1", "next=//evil.example"):
        assert Client().get(f"{place.path}?{query}").content == usual.content, query


def test_a_reader_who_signs_out_sees_what_everybody_sees(place: Place, author: Any) -> None:
    assert author.get(place.path).content != b""
    author.logout()

    assert author.get(place.path).content == Client().get(place.path).content


def test_pages_for_one_person_are_kept_by_nobody(place: Place) -> None:
    reader = Human()
    reader.press(f"/polls/{place.poll.pk}/", option=str(place.poll.options.first().uuid))

    for path in (f"/polls/{place.poll.pk}/", f"/comments/{place.article.pk}/sent/"):
        assert "no-store" in reader.client.get(path).headers["Cache-Control"], path
