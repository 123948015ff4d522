"""Laws 9 and 10: a public page loads nothing from elsewhere, and tells no address, no network and no hash of them."""

import hashlib
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.test import Client

from onward_blog.models import Author
from onward_newsletter.actions.issues import prepare_issue, send_issue
from onward_newsletter.models import Issue
from onward_newsletter.pump import pump
from tests.blog.discussion import a_held, a_public, an_unconfirmed
from tests.blog.factories import make_image
from tests.polls.conftest import ReaderAtPoll

from .letters import follower
from .whole_site import SCRIPT, Place, a_place


pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file in which it draws a rendition to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PEOPLE = (
    "tess@example.org",
    "held@example.org",
    "new@example.org",
    "told@example.org",
    "follower@example.org",
)
NETWORKS = ("203.0.113.77", "2001:db8:77::1")
LOADS = ("src", "srcset", "poster", "data", "action", "formaction", "background", "ping", "manifest")


@pytest.fixture
def place(db: None) -> Place:
    place = a_place()
    place.article.author = Author.objects.create(name="Mara Kalani", slug="mara", portrait=make_image())
    picture = make_image()
    picture.contextual_alt_text, picture.decorative = "A desk", False
    place.article.body.append(("image", {"image": picture, "caption": "A desk", "wide": False}))
    place.article.tags.add("frontline")
    place.article.save_revision().publish()
    a_public(
        place.article, "Who pays? [here](https://example.com/x)", address="tess@example.org", follows=True
    )
    a_held(place.article, "I wait.", address="held@example.org")
    an_unconfirmed(place.article, "I am new.", address="new@example.org")
    for network in NETWORKS:
        reader = ReaderAtPoll(place.poll)
        reader.browser.defaults["REMOTE_ADDR"] = network
        reader.answer("Repair")
        reader.send(
            "words/", {"words": "I coach.", "consent": "name", "credit": "T.", "address": "told@example.org"}
        )
    send_an_issue(place)
    return place


def send_an_issue(place: Place) -> None:
    follower(place, "follower@example.org")
    issue = Issue.objects.create(
        newsletter=place.newsletter, topic=place.topic, subject="Part 1", page=place.article
    )
    send_issue(issue)
    if issue.state == "preparing":
        prepare_issue(issue)
    pump()


def public_paths(place: Place) -> list[str]:
    poll, page, series = f"/polls/{place.poll.pk}/", place.article.pk, place.series.get_absolute_url()
    own = [
        "/",
        series,
        place.path,
        "/archive/",
        "/tags/frontline/",
        "/authors/mara/",
        "/privacy/",
        "/robots.txt",
    ]
    own += ["/feed/", f"{series}feed/", "/sitemap.xml", "/no-such-page/", f"/reader/{page}/"]
    own += [
        poll,
        f"{poll}results.json",
        f"/comments/{page}/",
        f"/comments/{page}/new/",
        f"/comments/{page}/sent/",
    ]
    own += [f"/share/{page}/link/", f"/share/{page}/linkedin/", f"/share/{page}/linkedin/go/"]
    own += ["/newsletter/", "/newsletter/asked/", "/newsletter/thanks/", "/newsletter/issues/"]
    return [
        *own,
        f"/newsletter/issues/{Issue.objects.get().pk}/",
        "/u/nonsense",
        "/comments/confirm/nonsense/",
    ]


def test_no_public_answer_tells_an_address_a_network_or_their_hashes(place: Place) -> None:
    secrets = {*PEOPLE, *NETWORKS}
    for address in PEOPLE:
        for spelling in (address, f" {address} ", address.upper()):
            for name in ("md5", "sha1", "sha256"):
                secrets.add(hashlib.new(name, spelling.encode()).hexdigest())

    for path in public_paths(place):
        for headers in ({}, SCRIPT):
            response = Client().get(path, headers=headers)
            assert response.status_code < 500, path
            said = f"{response.headers}{response.content.decode()}".lower()
            assert {secret for secret in secrets if secret in said} == set(), path
            assert "gravatar" not in said, path
            assert re.findall(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", said) in ([], ["name@example.org"]), path


def loaded_by(html: str) -> set[str]:
    """Return every address that a browser asks for when it shows a page, or sends a form to."""
    page = BeautifulSoup(html, "html.parser")
    found = {str(each[name]) for name in LOADS for each in page.select(f"[{name}]")}
    found |= {
        str(link["href"])
        for link in page.select("link[href]")
        if link.get("rel") not in (["canonical"], ["alternate"])
    }
    found |= {str(use.get("href") or use.get("xlink:href")) for use in page.select("use, image")}
    found |= {
        url
        for style in page.select("style, [style]")
        for url in urls_in(f"{style.string}{style.get('style')}")
    }
    return {part.split()[0] for each in found for part in each.split(", ") if part.strip()}


def urls_in(css: str) -> list[str]:
    return re.findall(r"url\(\s*['\"]?([^'\")]+)", css) + re.findall(r"@import\s+['\"]([^'\"]+)", css)


def is_ours(address: str) -> bool:
    parts = urlsplit(urljoin("http://testserver/", address))
    return parts.scheme == "data" or f"{parts.scheme}://{parts.netloc}" in {
        "http://testserver",
        "http://127.0.0.1:8000",
    }


def test_no_public_page_loads_or_sends_anything_elsewhere(place: Place) -> None:
    styles: set[str] = set()
    for path in public_paths(place):
        response = Client().get(path)
        if "html" not in response.headers["Content-Type"]:
            continue
        loaded = loaded_by(response.content.decode())
        assert {address for address in loaded if not is_ours(address)} == set(), path
        assert "Content-Security-Policy" in response.headers, path
        styles |= {address for address in loaded if address.endswith((".css", ".js"))}

    assert len(styles) >= 6
    for address in styles:
        found = finders.find(address.removeprefix("/static/"))
        assert found, address
        text = Path(str(found)).read_text()
        assert {url for url in urls_in(text) if not is_ours(url)} == set(), address
        assert not re.search(r"(fetch|import|sendBeacon|open)\(\s*['\"`](https?:)?//", text), address


def test_no_public_page_runs_a_script_of_its_own_or_sets_a_cookie(place: Place) -> None:
    for path in public_paths(place):
        response = Client().get(path)
        assert not response.cookies, path
        if "html" in response.headers["Content-Type"]:
            page = BeautifulSoup(response.content, "html.parser")
            inline = [
                s
                for s in page.find_all("script")
                if not s.get("src") and s.get("type") != "application/ld+json"
            ]
            assert inline == [], path
            handlers = [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
            assert handlers == [], path
