"""What is not public stays away from readers and from caches."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.blog.factories import hide_behind_password, make_part, make_series


pytestmark = pytest.mark.django_db


def fragment_of(page: Any) -> str:
    return reverse("onward_blog:reader", args=[page.pk])


def test_a_draft_is_not_found_nor_is_its_fragment(reader: Client) -> None:
    draft = make_part(make_series(), "A secret title", live=False)

    assert reader.get(draft.url).status_code == 404
    assert reader.get(fragment_of(draft)).status_code == 404


def test_a_draft_stands_in_no_list(reader: Client) -> None:
    series = make_series()
    public = make_part(series, "Out in the open")
    make_part(series, "A secret title", live=False)

    for address in ("/", series.url, public.url, "/archive/", "/feed/", f"{series.url}feed/", "/sitemap.xml"):
        content = reader.get(address).content
        assert b"A secret title" not in content, address


def test_an_article_behind_a_password_is_never_public(reader: Client) -> None:
    part = make_part(make_series(), "Behind the door")
    hide_behind_password(part)

    response = reader.get(part.url)

    assert b"Everyone is measured twice" not in response.content
    assert "no-store" in response["Cache-Control"]
    assert "s-maxage" not in response["Cache-Control"]
    assert "ETag" not in response


def test_who_knows_the_password_gets_a_page_that_no_cache_keeps(reader: Client) -> None:
    part = make_part(make_series())
    hide_behind_password(part)
    restriction = part.get_view_restrictions().get()
    address = reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, part.pk])

    reader.post(address, {"password": "let me in", "return_url": part.url})
    response = reader.get(part.url)

    assert b"Everyone is measured twice" in response.content
    assert "private" in response["Cache-Control"]
    assert "no-store" in response["Cache-Control"]
    assert "s-maxage" not in response["Cache-Control"]


def test_a_private_series_hides_its_parts_everywhere(reader: Client) -> None:
    series = make_series("Only for some")
    part = make_part(series, "Behind the door")
    hide_behind_password(series)

    assert reader.get(fragment_of(part)).status_code == 404
    for address in ("/", "/archive/", "/feed/", "/sitemap.xml"):
        content = reader.get(address).content
        assert b"Behind the door" not in content, address
        assert part.url.encode() not in content, address
        assert b"Only for some" not in content, address
    assert reader.get(f"{series.url}feed/").status_code == 404


def test_a_restriction_set_later_is_obeyed_at_once(reader: Client) -> None:
    part = make_part(make_series())
    assert reader.get(part.url).status_code == 200

    hide_behind_password(part)

    assert b"Everyone is measured twice" not in reader.get(part.url).content


def test_a_part_behind_a_password_stands_in_no_list_but_keeps_its_number(reader: Client) -> None:
    series = make_series()
    hide_behind_password(make_part(series, "Behind the door"))
    public = make_part(series, "Out in the open")

    for address in ("/", series.url, public.url):
        assert b"Behind the door" not in reader.get(address).content, address
    assert b"Part 2 of 2" in reader.get(public.url).content
