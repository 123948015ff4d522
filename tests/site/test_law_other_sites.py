"""Other sites can neither press our buttons nor borrow our address to lead readers away."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from onward_blog.comments.forms import CommentForm
from onward_blog.models import ReaderQuestion
from tests.blog.questions import a_question
from tests.polls.conftest import ReaderAtPoll

from .whole_site import SCRIPT, Human, Place, place, rows


__all__ = ["place"]

pytestmark = pytest.mark.django_db

FOREIGN: tuple[dict[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:81"},
    {"Origin": "http://evil.example/http://testserver"},
    {"Origin": "http://["},
)
#: What a sandboxed frame sends, which keeps its name to itself.
NAMELESS = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
AWAY = (
    "//evil.example",
    "///evil.example",
    "////evil.example/..",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "https:evil.example",
    "https:///evil.example",
    "https://evil.example/",
    "http://testserver@evil.example/",
    "javascript:alert(1)//evil.example",
    "data:text/html,evil.example",
    " //evil.example",
    "\x08//evil.example",
    "/%0d%0aLocation: https://evil.example",
    "/\r\nLocation: https://evil.example",
    "/\n//evil.example",
)
#: Every name under which one of our forms, or Wagtail's, takes a way back.
WAYS_BACK = ("next", "url", "to", "return", "return_url", "back")


def buttons(place: Place) -> Iterator[tuple[str, dict[str, str]]]:
    """Return every button of the public pages as a foreign page would press it."""
    poll, page = f"/polls/{place.poll.pk}/", place.article.pk
    yield poll, {"option": str(place.poll.options.last().uuid)}
    yield f"{poll}words/", {"words": "I coach.", "consent": "name", "credit": "Eve"}
    yield f"{poll}words/stop/", {}
    yield f"{poll}withdraw/", {}
    yield f"{poll}follow-up/", {"address": "victim@example.org"}
    yield f"/polls/{place.words.pk}/words/", {"words": "I coach."}
    aged = CommentForm(place.article).security_fields(seconds_old=60)
    yield f"/comments/{page}/new/", {"comment": "Spam.", "name": "Eve", "email": "victim@example.org", **aged}
    series = place.series.pk
    yield f"/questions/{series}/new/", {"words": "Why?", "address": "victim@example.org"}
    yield f"/questions/q/{ReaderQuestion.objects.get(words='Who pays?').pk}/", {"do": "want"}
    yield f"/share/{page}/link/", {}
    yield f"/share/{page}/arrived/", {"via": "abc"}
    yield f"/reader/{page}/", {}
    yield "/newsletter/", {"newsletter": place.newsletter.slug, "address": "victim@example.org"}


@pytest.fixture(autouse=True)
def _question(place: Place) -> None:
    a_question(place.series, "Who pays?")


@pytest.fixture
def voter(place: Place) -> ReaderAtPoll:
    """A reader whose browser holds every cookie of ours, and whose token the foreign page has even guessed."""
    reader = ReaderAtPoll(place.poll)
    reader.answer("Repair")
    reader.browser.post(f"/reader/{place.article.pk}/")
    return reader


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: headers["Origin"])
def test_a_foreign_page_presses_no_button(place: Place, voter: ReaderAtPoll, headers: dict[str, str]) -> None:
    before = rows()

    for path, fields in buttons(place):
        for with_script in ({}, SCRIPT):
            data = {**fields, "csrfmiddlewaretoken": voter.token}
            response = voter.browser.post(path, data, headers={**headers, **with_script})
            assert response.status_code == 403, path
            assert not response.cookies, path
            assert "site" in BeautifulSoup(response.content, "html.parser").get_text(), path

    assert rows() == before


def test_a_nameless_page_presses_no_button(place: Place, voter: ReaderAtPoll) -> None:
    before = rows()

    for path, fields in buttons(place):
        voter.browser.post(path, fields, headers=NAMELESS)

    assert rows() == before


def test_our_own_page_presses_every_button(place: Place) -> None:
    """The same requests from our own origin are taken: what refuses the others is their origin."""
    for path, fields in buttons(place):
        reader = ReaderAtPoll(place.poll)
        reader.answer("Repair")
        data = {**fields, "csrfmiddlewaretoken": reader.token}
        before = rows()
        response = reader.browser.post(path, data, headers={"Origin": "http://testserver"})
        assert response.status_code < 400, path
        quiet = path.startswith("/reader/") or path.endswith(("/arrived/", "/stop/"))
        assert (rows() != before) or quiet, path


def leads_away(place: str) -> bool:
    """Whether a browser that follows this address leaves the site: it reads backslashes as slashes."""
    seen = "".join(sign for sign in place if sign not in "\t\r\n").strip("\x00\x08 ").replace("\\", "/")
    parts = urlsplit(seen)
    return (
        parts.scheme in {"javascript", "data"}
        or "evil.example" in parts.netloc
        or seen.startswith("https:evil")
    )


def test_no_way_back_leads_to_another_site(place: Place) -> None:
    reader = Client()
    for path, fields in [*buttons(place), *((path, {}) for path in pages(place))]:
        for away in AWAY:
            ways = dict.fromkeys(WAYS_BACK, away)
            query = "&".join(f"{name}={quote(away)}" for name in ways)
            assert_stays(reader.get(f"{path}?{query}"), (path, away))
            assert_stays(reader.post(path, {**fields, **ways}), (path, away))


def pages(place: Place) -> list[str]:
    own = [place.path, "/", f"/polls/{place.poll.pk}/", "/newsletter/asked/", "/newsletter/thanks/"]
    return [*own, f"/share/{place.article.pk}/linkedin/go/", "/admin/login/", "/_util/login/"]


def assert_stays(response: Any, what: object) -> None:
    assert not leads_away(response.headers.get("Location", "")), what
    assert "evil.example" not in response.headers.get("Refresh", ""), what
    if "html" in response.headers.get("Content-Type", ""):
        page = BeautifulSoup(response.content, "html.parser")
        targets = [
            str(link.get("href") or link.get("action")) for link in page.select("a[href], form[action]")
        ]
        assert [target for target in targets if leads_away(target)] == [], what


@pytest.mark.parametrize("away", AWAY)
def test_signing_in_leads_to_this_site_only(away: str, author: Any) -> None:
    credentials = {"username": "author", "password": "author's words", "next": away}

    response = Client().post("/admin/login/", credentials)

    assert response.status_code == 302
    assert not leads_away(response.headers["Location"])


def test_a_way_back_of_this_site_is_kept(place: Place) -> None:
    reader = Human()
    option = str(place.poll.options.first().uuid)

    response = reader.press(f"/polls/{place.poll.pk}/?next={place.path}", option=option)

    assert quote(place.path, safe="/") in reader.client.get(response.headers["Location"]).content.decode()
