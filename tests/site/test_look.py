"""The frame of every page: nothing from elsewhere, nothing inline, nothing that depends on a script."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from onward_polls.models import Option, Poll
from tests.blog.factories import make_author, make_part, make_series


pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
STYLES = [
    path
    for folder in ("site/static", "blog", "polls", "newsletter")
    for path in sorted((ROOT / folder).rglob("*.css"))
]
TEMPLATES = [
    path
    for folder in ("site/templates", "blog", "polls", "newsletter")
    for path in sorted((ROOT / folder).rglob("*.html"))
    # Mail, the admin and what is copied into another site are no public pages; mail needs styles on its elements.
    if not {"mail", "admin", "emails", "embed_frame.html"} & set(path.parts)
]


@pytest.fixture
def addresses() -> Iterator[list[str]]:
    poll = Poll.objects.create(question="What takes most of your week?")
    Option.objects.create(poll=poll, text="Repair")
    author = make_author()
    series = make_series(author=author, planned_parts=3)
    part = make_part(
        series, body=[("poll", poll), ("author", {"author": None})], author=author, next_question="What next?"
    )
    part.tags.add("selling")
    part.save()
    return [
        "/",
        series.url,
        part.url,
        "/archive/",
        "/tags/selling/",
        f"/authors/{author.slug}/",
        "/privacy/",
        "/nowhere/",
    ]


def test_no_public_page_has_anything_inline(addresses: list[str], reader: Client) -> None:
    for address in addresses:
        html = reader.get(address).content.decode()
        scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", html)
        assert all('type="application/ld+json"' in script for script in scripts), address
        assert not re.search(r"<[^>]+\sstyle=", html), address
        assert not re.search(r"<[^>]+\son[a-z]+=", html), address
        assert "<style" not in html, address


def test_no_public_page_loads_anything_from_elsewhere(addresses: list[str], reader: Client) -> None:
    for address in addresses:
        html = reader.get(address).content.decode()
        loaded = re.findall(
            r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|data)=\"([^\"]*)\"", html
        )
        linked = re.findall(r"<link\b(?![^>]*rel=\"canonical\")[^>]*\bhref=\"([^\"]*)\"", html)
        assert loaded, address
        assert [url for url in [*loaded, *linked] if re.match(r"(https?:)?//", url)] == [], address


def test_every_public_page_says_how_strict_it_is(addresses: list[str], reader: Client) -> None:
    for address in addresses:
        policy = reader.get(address)["Content-Security-Policy"]
        assert "script-src 'self'" in policy, address
        assert "unsafe" not in policy, address


def test_every_file_a_page_asks_for_exists(addresses: list[str], reader: Client) -> None:
    html = reader.get(addresses[2]).content.decode()

    for name in re.findall(r'(?:src|href)="/static/([^"]+)"', html):
        assert finders.find(name), name


@pytest.mark.parametrize("path", STYLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_styles_load_nothing_from_elsewhere(path: Path) -> None:
    css = path.read_text()

    assert not re.search(r"url\(\s*[\"']?(https?:)?//", css)
    assert "@import" not in css


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_have_nothing_inline(path: Path) -> None:
    html = path.read_text()

    assert not re.search(r"<[a-z][^>]*\sstyle=", html)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/ld\+json\")[^>]*>", html)


def test_every_page_has_one_heading_a_way_past_the_header_and_its_language(
    addresses: list[str], reader: Client
) -> None:
    for address in addresses:
        html = reader.get(address).content.decode()
        assert len(re.findall(r"<h1\b", html)) == 1, address
        assert 'href="#content"' in html, address
        assert '<main id="content"' in html, address
        assert '<html lang="en-gb" dir="ltr">' in html, address


def test_a_wrong_address_gets_a_page_that_leads_on(reader: Client) -> None:
    response = reader.get("/no/such/page/")

    assert response.status_code == 404
    assert b"This page is not here" in response.content
    assert b'href="/archive/"' in response.content
    assert not response.cookies


def test_the_page_for_our_own_mistakes_needs_nothing_that_could_fail() -> None:
    html = (ROOT / "site/templates/500.html").read_text()

    assert "{%" not in html
    assert "{{" not in html
    for name in re.findall(r'href="/static/([^"]+)"', html):
        assert finders.find(name), name


def test_fonts_are_ours_with_their_licence() -> None:
    css = (ROOT / "site/static/tokens.css").read_text()
    fonts = ROOT / "site/static/fonts"

    for name in re.findall(r'url\("fonts/([^"]+)"\)', css):
        assert (fonts / name).stat().st_size < 80_000
    assert "SIL Open Font License" in (fonts / "OFL.txt").read_text()
    assert css.count("size-adjust") >= 2


def test_the_header_links_to_the_newest_series_without_a_query(
    reader: Client, django_assert_num_queries: Any
) -> None:
    make_series("First series")
    assert b"First series" in reader.get("/privacy/").content

    with django_assert_num_queries(0):
        reader.get("/privacy/")


def test_a_new_series_is_in_the_header_at_once(
    reader: Client, django_capture_on_commit_callbacks: Any
) -> None:
    reader.get("/privacy/")

    with django_capture_on_commit_callbacks(execute=True):
        make_series("Brand new")

    assert b"Brand new" in reader.get("/privacy/").content
