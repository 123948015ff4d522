"""Law 12: what is wrong is said in a sentence, what was typed is kept, and nothing is half saved."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from onward_blog.comments.forms import CommentForm
from onward_polls.models import Ballot, Poll
from tests.polls.conftest import ReaderAtPoll

from .whole_site import SCRIPT, Place, place, rows


__all__ = ["place"]

pytestmark = pytest.mark.django_db

TYPED = "I sit with one of them every Friday."


def said(response: Any) -> str:
    assert response.status_code < 500
    for word in ("Traceback", "Exception", "None", "&lt;", "__all__", "This field is required"):
        assert word not in response.content.decode(), word
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def values_in(response: Any) -> set[str]:
    """Return what stands in the fields of the page that came back."""
    page = BeautifulSoup(response.content, "html.parser")
    texts = {area.get_text().strip() for area in page.find_all("textarea")}
    return texts | {str(field.get("value", "")) for field in page.select("input:not([type=hidden])")}


@pytest.fixture
def voter(place: Place) -> ReaderAtPoll:
    reader = ReaderAtPoll(place.poll)
    reader.answer("Repair")
    return reader


@pytest.mark.parametrize("headers", [{}, SCRIPT])
@pytest.mark.parametrize("option", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_option(place: Place, voter: ReaderAtPoll, option: str, headers: dict[str, str]) -> None:
    before = rows()

    response = voter.send("", {"option": option}, **headers)

    assert response.status_code == 400
    assert "not, or no longer, offered" in said(response)
    assert rows() == before


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_a_closed_poll(place: Place, voter: ReaderAtPoll, headers: dict[str, str]) -> None:
    Poll.objects.filter(pk=place.poll.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    before = rows()

    response = voter.press("Selling", **headers)

    assert response.status_code == 409
    assert "closed" in said(response).lower()
    assert rows() == before


@pytest.mark.parametrize("headers", [{}, SCRIPT])
@pytest.mark.parametrize(
    "address", ["not-an-address", "a@b", "two@example.org, three@example.org", "a b@example.org"]
)
def test_a_malformed_address(
    place: Place, voter: ReaderAtPoll, address: str, headers: dict[str, str]
) -> None:
    before = rows()
    wish = {"words": TYPED, "consent": "none", "address": address}
    comment = {**aged(place), "comment": TYPED, "name": "Tess", "email": address}
    box = {"newsletter": place.newsletter.slug, "address": address}
    known = {"csrfmiddlewaretoken": voter.token}

    answers = [
        voter.send("words/", wish, **headers),
        voter.browser.post(f"/comments/{place.article.pk}/new/", {**comment, **known}, headers=headers),
        voter.browser.post("/newsletter/", box, headers=headers),
    ]

    for response in answers:
        assert "address" in said(response).lower()
        assert address in values_in(response)
    for response in answers[:2]:
        assert TYPED in values_in(response)
    assert rows() == before


@pytest.mark.parametrize("headers", [{}, SCRIPT])
@pytest.mark.parametrize("text", ["", "   ", "\u200b", "x" * 6000])
def test_a_comment_that_says_nothing_or_too_much(place: Place, text: str, headers: dict[str, str]) -> None:
    browser = Client()
    browser.post(f"/reader/{place.article.pk}/")
    before = rows()
    fields = {**aged(place), "comment": text, "name": "Tess", "email": "tess@example.org"}

    response = browser.post(f"/comments/{place.article.pk}/new/", fields, headers=headers)

    assert response.status_code == 400
    assert "comment" in said(response).lower()
    assert {"Tess", "tess@example.org"} <= values_in(response)
    assert not text.startswith("x") or text in values_in(response)
    assert rows() == before


def aged(place: Place, seconds: int = 60) -> dict[str, str]:
    return CommentForm(place.article).security_fields(seconds_old=seconds)


@pytest.mark.parametrize("headers", [{}, SCRIPT])
@pytest.mark.parametrize("stale", [{}, {"timestamp": "1", "security_hash": "0" * 40}, {"timestamp": "soon"}])
def test_a_stale_comment_form(place: Place, stale: dict[str, str], headers: dict[str, str]) -> None:
    browser = Client(enforce_csrf_checks=True)
    before = rows()
    fields = {
        **aged(place, 3 * 86_400),
        **stale,
        "comment": TYPED,
        "name": "Tess",
        "email": "tess@example.org",
    }

    for _attempt in ("without a token", "with one"):
        token = browser.cookies["csrftoken"].value if "csrftoken" in browser.cookies else "stale"
        data = {**fields, "csrfmiddlewaretoken": token}
        response = browser.post(f"/comments/{place.article.pk}/new/", data, headers=headers)
        assert len(said(response)) > 40
        assert {TYPED, "Tess", "tess@example.org"} <= values_in(response)
    assert rows() == before


def test_a_stale_ballot_and_stale_words(place: Place) -> None:
    reader = ReaderAtPoll(place.poll)
    reader.token = "x" * 64

    response = reader.press("Coaching")

    page = BeautifulSoup(response.content, "html.parser")
    marked = page.select("input[name=option][checked]")
    assert [str(box["value"]) for box in marked] == [str(place.poll.options.get(text="Coaching").uuid)]
    assert Ballot.objects.count() == 0
    words = Client(enforce_csrf_checks=True).post(f"/polls/{place.words.pk}/words/", {"words": TYPED})
    assert TYPED in values_in(words)
    assert Ballot.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "WyJ4Il0:1sQ:abc", "0" * 22])
def test_an_unknown_token(place: Place, method: str, token: str) -> None:
    option = place.poll.options.first().uuid
    signed = [f"/newsletter/{name}/{token}/" for name in ("confirm", "manage", "my-data", "erase")]
    signed += [f"/comments/{name}/{token}/" for name in ("confirm", "mute")]
    signed += [
        f"/questions/told/{token}/",
        f"/polls/follow-up/{token}/",
        f"/u/{token}",
        f"/v/{token}/{option}",
    ]
    before = rows()

    for path in signed:
        response = getattr(Client(enforce_csrf_checks=True), method)(path)
        assert response.status_code in {400, 404, 410}, path
        assert "link" in said(response).lower(), path
        assert "no-store" in response.headers["Cache-Control"], path

    assert rows() == before
