"""What machines read: the canonical address, Open Graph, JSON-LD, the sitemap, robots."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings

from tests.blog.factories import make_author, make_part, make_series


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _address() -> Any:
    with override_settings(WAGTAILADMIN_BASE_URL="https://floor.example"):
        yield


def json_ld(client: Client, address: str) -> dict[str, Any]:
    html = client.get(address).content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    document: dict[str, Any] = json.loads(block)
    return document


def test_an_article_names_its_one_address_from_the_setting(reader: Client) -> None:
    part = make_part(make_series())

    html = reader.get(f"{part.url}?via=abc").content.decode()

    assert f'<link rel="canonical" href="https://floor.example{part.url}">' in html
    assert f'<meta property="og:url" content="https://floor.example{part.url}">' in html
    assert "testserver" not in html


def test_an_article_is_part_of_its_series_for_machines_too(reader: Client) -> None:
    series = make_series("The role")
    make_part(series)
    part = make_part(series, "The second", standfirst="In short.", author=make_author("Ida Berg"))

    document = json_ld(reader, part.url)

    assert document["@type"] == "BlogPosting"
    assert document["headline"] == "The second"
    assert document["description"] == "In short."
    assert document["position"] == 2
    assert document["author"] == {"@type": "Person", "name": "Ida Berg"}
    assert document["isPartOf"] == {
        "@type": "CreativeWorkSeries",
        "name": "The role",
        "url": f"https://floor.example{series.url}",
    }


def test_a_series_lists_the_parts_that_are_out(reader: Client) -> None:
    series = make_series(promise="In short.")
    part = make_part(series, "The first")
    make_part(series, "A draft", live=False)

    document = json_ld(reader, series.url)

    assert document["@type"] == "CreativeWorkSeries"
    assert [(item["position"], item["url"]) for item in document["hasPart"]] == [
        (1, f"https://floor.example{part.url}")
    ]


def test_a_title_cannot_break_out_of_the_metadata(reader: Client) -> None:
    title = '</script><script>alert("1")</script>'
    part = make_part(make_series(), title, standfirst='" onload="x')

    html = reader.get(part.url).content.decode()

    assert json_ld(reader, part.url)["headline"] == title
    assert "<script>alert" not in html
    assert '" onload="x' not in html


def test_the_sitemap_has_public_pages_under_the_setting(reader: Client) -> None:
    series = make_series()
    part = make_part(series)
    draft = make_part(series, live=False)

    xml = reader.get("/sitemap.xml").content.decode()

    assert f"<loc>https://floor.example{part.url}</loc>" in xml
    assert f"<loc>https://floor.example{series.url}</loc>" in xml
    assert draft.url not in xml
    assert "testserver" not in xml


def test_robots_are_told_where_the_sitemap_is(reader: Client) -> None:
    text = reader.get("/robots.txt").content.decode()

    assert "Sitemap: https://floor.example/sitemap.xml" in text
    assert "Disallow: /admin/" in text


def test_feeds_can_be_discovered(reader: Client) -> None:
    series = make_series(slug="role")

    html = reader.get(series.url).content.decode()

    assert 'type="application/atom+xml" href="/feed/"' in html
    assert 'type="application/atom+xml" href="/role/feed/"' in html
