"""An author writes: the editor opens, what is typed is checked, the preview shows it to nobody else."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from onward_blog.pages.models import ArticlePage
from tests.blog.factories import front_page, make_author, make_part, make_series


pytestmark = pytest.mark.django_db


def form_of(title: str, **fields: object) -> dict[str, object]:
    text = streamfield([("paragraph", rich_text("<p>What I do all week.</p>"))])
    return nested_form_data(
        {
            "title": title,
            "slug": "a-new-part",
            "standfirst": "",
            "author": "",
            "body": text,
            "next_question": "",
            "next_expected": "",
            "tags": "",
            "comments_enabled": "on",
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
            "comment_notifications": "",
            "go_live_at": "",
            "expire_at": "",
            "seo_title": "",
            "search_description": "",
            **fields,
        }
    )


def test_an_author_writes_and_publishes_a_part(author: Client, reader: Client) -> None:
    series = make_series()
    address = reverse("wagtailadmin_pages:add", args=["onward_blog_pages", "articlepage", series.pk])
    assert author.get(address).status_code == 200

    author.post(address, {**form_of("The week"), "action-publish": "1"})

    part = ArticlePage.objects.get(title="The week")
    assert part.live
    assert b"What I do all week." in reader.get(part.url).content


def test_a_part_is_scheduled_and_not_yet_public(author: Client, reader: Client) -> None:
    series = make_series()
    address = reverse("wagtailadmin_pages:add", args=["onward_blog_pages", "articlepage", series.pk])

    author.post(address, {**form_of("Later", go_live_at="2099-01-01 09:00"), "action-publish": "1"})

    part = ArticlePage.objects.get(title="Later")
    assert not part.live
    assert reader.get(part.url).status_code == 404


def test_an_editor_may_write_but_not_publish(editor: Client) -> None:
    part = make_part(make_series())

    editor.post(
        reverse("wagtailadmin_pages:edit", args=[part.pk]),
        {**form_of("Changed by the editor"), "action-publish": "1"},
    )

    assert ArticlePage.objects.get(pk=part.pk).title == part.title


def test_the_preview_of_a_part_that_was_never_saved_shows_its_place(author: Client) -> None:
    series = make_series("The role")
    make_part(series)
    address = reverse(
        "wagtailadmin_pages:preview_on_add", args=["onward_blog_pages", "articlepage", series.pk]
    )

    assert author.post(address, form_of("Not yet saved")).json()["is_valid"]
    response = author.get(address)

    html = " ".join(response.content.decode().split())
    assert "Not yet saved" in html
    assert "Part 2 of 2" in html
    assert "private" in response["Cache-Control"]
    assert "<onward-reader" not in html


def test_the_explorer_lists_parts_in_the_order_readers_see(author: Client) -> None:
    series = make_series()
    titles = ["Zebra", "Apple", "Mango"]
    for title in titles:
        make_part(series, title)

    html = author.get(reverse("wagtailadmin_explore", args=[series.pk])).content.decode()

    assert sorted(titles, key=html.index) == titles


def test_series_stand_below_the_front_page_and_articles_below_a_series() -> None:
    allowed = {model.__name__ for model in ArticlePage.allowed_parent_page_models()}

    assert allowed == {"SeriesPage"}
    assert {model.__name__ for model in type(front_page()).allowed_subpage_models()} == {"SeriesPage"}


def test_authors_are_kept_in_the_admin(author: Client) -> None:
    make_author("Ida Berg")

    listing = author.get(reverse("wagtailsnippets_onward_blog_author:list"))

    assert b"Ida Berg" in listing.content
