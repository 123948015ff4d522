"""The pages kept in front of Django: nobody's own, never older than the site, and there when Django is not."""

import gzip
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any

import brotli
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from wagtail.models import PageViewRestriction

from onward_blog import versions
from onward_polls.actions import fold_tallies
from onward_site.page_cache.layer import PageCache
from onward_site.page_cache.pages import STALE_SECONDS, Page, Shelf
from tests.blog.discussion import a_public
from tests.polls.factories import vote

from .whole_site import Place, place


__all__ = ["place"]

PUBLIC = [
    ("Content-Type", "text/html"),
    ("Cache-Control", "public, max-age=0, s-maxage=60"),
    ("ETag", '"one"'),
]


class Front:
    """A page cache, and readers who ask it; what it asks the application inside is counted."""

    def __init__(self, inside: Callable[..., Iterable[bytes]], megabytes: int = 1) -> None:
        self.inside = inside
        self.cache = PageCache(self.counted, megabytes=megabytes)
        self.asked: list[str] = []

    def counted(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        return self.inside(environ, start_response)

    def get(self, path: str, **environ: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers by small letters, and body."""
        path, _mark, query = path.partition("?")
        begun: list[Any] = []
        request = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "testserver",
            "wsgi.input": BytesIO(),
            "wsgi.errors": BytesIO(),
            "wsgi.url_scheme": "http",
            **environ,
        }
        answer: Any = self.cache(request, lambda *said: begun.append(said))  # type: ignore[arg-type]
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        status, headers = begun[-1][:2]
        return int(status.split()[0]), {name.lower(): value for name, value in headers}, body


@pytest.fixture
def front(place: Place) -> Iterator[Front]:
    """The whole site behind a page cache. It leaves the test's connection open, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Front(get_wsgi_application(), megabytes=8)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def bare(status: str = "200 OK", headers: Any = PUBLIC, body: bytes = b"Hello") -> Callable[..., Any]:
    def inside(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, list(headers))
        return [body]

    return inside


def test_the_second_reader_is_answered_without_django(front: Front, place: Place) -> None:
    first, second = (front.get(place.path, HTTP_COOKIE=f"rid={who}") for who in "ab")

    assert front.asked == [place.path]
    assert first[0] == second[0] == 200
    assert first[2] == second[2] != b""
    assert first[1] == second[1]
    assert "set-cookie" not in second[1]
    assert second[1]["vary"] == "Accept-Encoding"
    assert "content-security-policy" in second[1]


def test_a_thousand_addresses_of_campaigns_are_one_page(front: Front, place: Place) -> None:
    queries = [f"utm_source=a{i}" if i % 3 else f"via=c{i}&fbclid={i}" for i in range(1000)]

    assert {front.get(f"{place.path}?{query}")[0] for query in queries} == {200}

    assert len(front.asked) == len(front.cache.shelf.pages) == 1


HOSTILE = {
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PORT": "666",
    "HTTP_X_FORWARDED_PROTO": "gopher",
    "HTTP_X_FORWARDED_FOR": "evil.example",
    "HTTP_X_ORIGINAL_URL": "/admin/",
    "HTTP_X_REWRITE_URL": "/admin/",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "POST",
    "HTTP_FORWARDED": "host=evil.example",
    "HTTP_ACCEPT_LANGUAGE": "evil",
    "HTTP_ACCEPT": "evil/evil",
    "HTTP_ACCEPT_ENCODING": "evil",
    "HTTP_REFERER": "https://evil.example/",
    "HTTP_USER_AGENT": "evil",
    "HTTP_ORIGIN": "https://evil.example",
    "HTTP_RANGE": "bytes=0-3",
    "HTTP_IF_NONE_MATCH": '"evil"',
    "HTTP_COOKIE": "csrftoken=evil; rid=evil; messages=evil; cid=evil",
    "HTTP_X_REQUESTED_WITH": "onward",
    "QUERY_STRING": "utm_source=evil",
}


@pytest.mark.parametrize("header", HOSTILE)
def test_what_one_reader_sends_does_not_reach_the_next(front: Front, place: Place, header: str) -> None:
    front.get(place.path, **{header: HOSTILE[header]})
    poisoned = front.get(place.path)

    assert poisoned[0] == 200
    assert poisoned[2] == Front(get_wsgi_application()).get(place.path)[2]
    assert b"evil" not in poisoned[2]
    assert "evil" not in str(poisoned[1])


def test_another_host_gets_no_page_of_this_one(front: Front, place: Place) -> None:
    front.get(place.path)

    assert front.get(place.path, HTTP_HOST="evil.example")[0] == 400
    assert front.get(place.path)[0] == 200


def test_somebody_signed_in_is_neither_given_nor_gives_a_kept_page(
    front: Front, place: Place, author: Any
) -> None:
    cookie = f"sessionid={author.cookies['sessionid'].value}"
    mine = front.get(place.path, HTTP_COOKIE=cookie)
    anybody = front.get(place.path)
    again = front.get(place.path, HTTP_COOKIE=cookie)

    assert mine[1]["cache-control"] == again[1]["cache-control"] == "private, no-store"
    assert "private" not in anybody[1]["cache-control"]
    assert len(front.asked) == 3


def test_a_page_made_private_is_shown_to_nobody_any_more(
    front: Front, place: Place, django_capture_on_commit_callbacks: Any
) -> None:
    assert b"measured twice" in front.get(place.path)[2]
    with django_capture_on_commit_callbacks(execute=True):
        PageViewRestriction.objects.create(page=place.series, restriction_type="password", password="x")

    for _time in range(2):
        _status, headers, body = front.get(place.path)
        assert b"measured twice" not in body
        assert "s-maxage" not in headers.get("cache-control", "")
    assert not [name for name in front.cache.shelf.pages if name.path == place.path]


def republish(place: Place) -> None:
    place.article.title = "Who does it now?"
    place.article.save_revision().publish()


def reword(place: Place) -> None:
    place.poll.question = "What takes most of your week now?"
    place.poll.save()


CHANGES: dict[str, Callable[[Place], object]] = {
    "published": republish,
    "deleted": lambda place: place.article.delete(),
    "unpublished": lambda place: place.article.unpublish(),
    "commented": lambda place: a_public(place.article, "Now look at this.", address="new@example.org"),
    "a poll reworded": reword,
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_page_is_seen_by_the_very_next_reader(
    front: Front, place: Place, change: str, django_capture_on_commit_callbacks: Any
) -> None:
    before = front.get(place.path)
    with django_capture_on_commit_callbacks(execute=True):
        CHANGES[change](place)

    after = front.get(place.path)

    assert (after[0], after[2]) != (before[0], before[2])


def test_a_vote_purges_nothing_and_the_fold_does(
    front: Front, place: Place, django_capture_on_commit_callbacks: Any
) -> None:
    place.poll.results_visibility = "always"
    place.poll.save()
    front.get(place.path)
    with django_capture_on_commit_callbacks(execute=True):
        for _reader in range(3):
            vote(place.poll, "Repair")
    front.get(place.path)
    assert len(front.asked) == 1

    with django_capture_on_commit_callbacks(execute=True):
        fold_tallies()
    front.get(place.path)

    assert len(front.asked) == 2


@pytest.mark.parametrize(
    "path", ["/healthz", "/reader/{article}/", "/polls/{poll}/", "/nowhere/", "/admin/login/"]
)
def test_what_is_not_everybodys_is_never_kept(front: Front, place: Place, path: str) -> None:
    path = path.format(article=place.article.pk, poll=place.poll.pk)
    for _time in range(2):
        front.get(path)

    assert len(front.asked) == 2
    assert not front.cache.shelf.pages


@pytest.mark.parametrize(
    "header",
    [("Set-Cookie", "a=b"), ("Vary", "Cookie"), ("Vary", "accept-encoding, Accept-Language"), ("Vary", "*")],
)
def test_an_answer_that_says_it_differs_is_not_kept(header: tuple[str, str]) -> None:
    front = Front(bare(headers=[*PUBLIC, header]))
    front.get("/")
    front.get("/")

    assert len(front.asked) == 2


@pytest.mark.parametrize(
    "control", ["private, s-maxage=60", "no-store, s-maxage=60", "max-age=60", "s-maxage=0"]
)
def test_only_an_answer_that_says_so_is_kept(control: str) -> None:
    front = Front(bare(headers=[("Cache-Control", control)]))
    front.get("/")
    front.get("/")

    assert len(front.asked) == 2


def test_post_and_questions_go_to_django() -> None:
    front = Front(bare())
    front.get("/")
    front.get("/", REQUEST_METHOD="POST")
    front.get("/?page=2")
    front.get("/", HTTP_AUTHORIZATION="Basic x")

    assert len(front.asked) == 4


@pytest.mark.parametrize(
    ("coding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)], ids=["br", "gzip"]
)
def test_a_page_is_sent_compressed_and_revalidated(coding: str, unpack: Callable[[bytes], bytes]) -> None:
    front = Front(bare(body=b"Hello, reader. " * 100))
    plain = front.get("/")
    status, headers, body = front.get("/", HTTP_ACCEPT_ENCODING=f"{coding};q=0.5, identity")

    assert (status, headers["content-encoding"], unpack(body)) == (200, coding, plain[2])
    assert headers["etag"] != plain[1]["etag"]
    assert int(headers["content-length"]) == len(body) < len(plain[2])
    for known in (headers["etag"], plain[1]["etag"], f"W/{headers['etag']}", f'"x", {headers["etag"]}', "*"):
        status, again, body = front.get("/", HTTP_ACCEPT_ENCODING=coding, HTTP_IF_NONE_MATCH=known)
        assert (status, body, again["etag"]) == (304, b"", headers["etag"]), known
    assert front.get("/", HTTP_IF_NONE_MATCH='"another"')[0] == 200
    refused = front.get("/", HTTP_ACCEPT_ENCODING=f"{coding};q=0")
    assert "content-encoding" not in refused[1]


def test_what_django_reads_from_a_trusted_proxy_is_part_of_the_name(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = True
    front = Front(bare())
    seen: tuple[dict[str, str], ...] = (
        {},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "b"},
    )
    for _time in range(2):
        for headers in (*seen, {"HTTP_X_FORWARDED_PROTO": "http"}):
            front.get("/", **headers)

    assert len(front.asked) == len(front.cache.shelf.pages) == len(seen)


def test_head_is_answered_with_the_headers_alone() -> None:
    front = Front(bare())
    got = front.get("/")

    assert front.get("/", REQUEST_METHOD="HEAD") == (200, got[1], b"")
    assert len(front.asked) == 1


def test_readers_get_the_old_page_for_a_day_when_no_new_one_can_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    front = Front(bare())
    front.get("/")
    front.inside = bare("503 Service Unavailable", [("Retry-After", "30")], b"Away")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert front.get("/")[::2] == (200, b"Hello")

    monkeypatch.setattr(time, "monotonic", lambda: now + STALE_SECONDS + 1)

    assert front.get("/")[::2] == (503, b"Away")


def test_what_was_taken_back_does_not_return_when_the_database_is_away() -> None:
    front = Front(bare(body=b"A sentence that its reader withdraws"))
    front.get("/")
    versions.bump(1)
    front.inside = bare("503 Service Unavailable", [("Retry-After", "30")], b"Away")

    assert front.get("/")[::2] == (503, b"Away")


def test_without_the_cache_a_page_lives_as_long_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> str:
        raise ConnectionError

    front = Front(bare())
    monkeypatch.setattr(versions, "of_site", away)
    front.get("/")
    front.get("/")
    assert len(front.asked) == 1

    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    front.get("/")

    assert len(front.asked) == 2


def test_a_page_that_two_hundred_ask_for_at_once_is_made_once() -> None:
    def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        time.sleep(0.2)
        return bare()(environ, start_response)  # type: ignore[no-any-return]

    front, statuses = Front(slow), []
    readers = [threading.Thread(target=lambda: statuses.append(front.get("/")[0])) for _one in range(200)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert statuses == [200] * 200
    assert front.asked == ["/"]
    assert not front.cache.flights


def test_a_change_while_a_page_is_made_is_not_missed() -> None:
    def changed_meanwhile(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = bare(body=b"before")(environ, start_response)
        versions.bump(1)
        return answer  # type: ignore[no-any-return]

    front = Front(changed_meanwhile)
    front.get("/")
    front.inside = bare(body=b"after")

    assert front.get("/")[2] == b"after"


def test_the_shelf_has_room_for_so_many_bytes_and_keeps_what_is_asked_for() -> None:
    shelf: Any = Shelf(room=10_000)
    for number in range(100):
        shelf.keep(number, Page(list(PUBLIC), b"x" * 1000, 60, "v"))
        shelf.find(0)

    assert shelf.taken == sum(page.size for page in shelf.pages.values()) <= 10_000
    assert list(shelf.pages) == [98, 99, 0][-len(shelf.pages) :]
    shelf.keep(0, Page(list(PUBLIC), b"x" * 20_000, 60, "v"))
    assert 0 not in shelf.pages
