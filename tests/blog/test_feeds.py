"""Feeds of the site and of each series."""

import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from tests.blog.factories import make_author, make_part, make_series


pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client: Client, address: str) -> list[ET.Element]:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(response.content).findall(f"{ATOM}entry")


def test_the_feed_holds_every_series_the_newest_first(reader: Client) -> None:
    make_part(make_series(), "Older")
    make_part(make_series(), "Newer")

    assert [entry.findtext(f"{ATOM}title") for entry in entries(reader, "/feed/")] == ["Newer", "Older"]


def test_a_series_has_a_feed_of_its_own(reader: Client) -> None:
    series = make_series()
    make_part(series, "Mine", standfirst="What it says.", author=make_author("Ida Berg"))
    make_part(make_series(), "Another's")

    (entry,) = entries(reader, f"{series.url}feed/")

    assert entry.findtext(f"{ATOM}title") == "Mine"
    assert entry.findtext(f"{ATOM}summary") == "What it says."
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ida Berg"


@override_settings(WAGTAILADMIN_BASE_URL="https://floor.example")
def test_links_of_a_feed_come_from_the_setting_and_not_from_the_request(reader: Client) -> None:
    part = make_part(make_series())

    content = reader.get("/feed/", headers={"host": "localhost"}).content.decode()

    assert f"https://floor.example{part.url}" in content
    assert "http://localhost" not in content
    assert "testserver" not in content


def test_a_reader_of_the_feed_that_has_it_is_told_so(reader: Client) -> None:
    make_part(make_series())
    etag = reader.get("/feed/")["ETag"]

    assert reader.get("/feed/", headers={"if-none-match": etag}).status_code == 304


def test_an_unknown_series_has_no_feed(reader: Client) -> None:
    assert reader.get("/no-such-series/feed/").status_code == 404


def test_a_feed_costs_the_same_however_long_it_is(reader: Client) -> None:
    series = make_series()
    make_part(series, author=make_author())
    entries(reader, f"{series.url}feed/")
    with CaptureQueriesContext(connection) as short:
        entries(reader, f"{series.url}feed/")
    for number in range(5):
        make_part(series, f"Title {number}", author=make_author(f"Author {number}"))
    entries(reader, "/feed/")

    with CaptureQueriesContext(connection) as long:
        assert len(entries(reader, f"{series.url}feed/")) == 6

    assert len(long) == len(short)
