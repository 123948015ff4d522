"""The series is always in sight: where a part stands, what came before, and what comes next."""

from datetime import date

import pytest
from django.test import Client

from tests.blog.factories import make_part, make_series, publish


pytestmark = pytest.mark.django_db


def text_of(reader: Client, address: str) -> str:
    return " ".join(reader.get(address).content.decode().split())


def test_parts_are_numbered_in_the_order_of_the_tree(reader: Client) -> None:
    series = make_series()
    parts = [make_part(series, f"Title {number}") for number in (1, 2, 3)]

    assert [part.part_number for part in parts] == [1, 2, 3]
    assert "Part 2 of 3" in text_of(reader, parts[1].url)


def test_a_part_keeps_its_number_while_an_earlier_one_is_a_draft() -> None:
    series = make_series()
    make_part(series, live=False)
    second = make_part(series)

    assert second.part_number == 2
    assert second.previous_part is None


def test_planned_parts_are_counted_and_drafts_at_the_end_are_not(reader: Client) -> None:
    planned = make_series(planned_parts=4)
    part = make_part(planned)
    open_ended = make_series()
    only = make_part(open_ended)
    make_part(open_ended, live=False)

    assert "Part 1 of 4" in text_of(reader, part.url)
    assert "Part 1 of 1" in text_of(reader, only.url)


def test_moving_a_part_renumbers_it() -> None:
    series = make_series()
    first, second = make_part(series), make_part(series)

    second.move(first, pos="left")

    assert type(second).objects.get(pk=second.pk).part_number == 1
    assert type(first).objects.get(pk=first.pk).part_number == 2


def test_a_part_links_to_its_live_neighbours(reader: Client) -> None:
    series = make_series()
    first = make_part(series, "The first")
    make_part(series, "The draft", live=False)
    middle, last = make_part(series, "The middle"), make_part(series, "The last")

    html = text_of(reader, middle.url)

    assert middle.previous_part == first
    assert middle.next_part == last
    assert f'rel="prev" href="{first.url}"' in html
    assert f'rel="next" href="{last.url}"' in html


def test_the_last_part_announces_the_next_with_its_question(reader: Client) -> None:
    series = make_series()
    part = make_part(series, next_question="Should it be one person?", next_expected=date(2026, 12, 4))

    for address in (part.url, series.url, "/"):
        html = text_of(reader, address)
        assert "Should it be one person?" in html, address
        assert "expected 4 December" in html, address
    assert "Part 1 of 2" in text_of(reader, part.url)


def test_an_announcement_ends_when_the_next_part_is_out(reader: Client) -> None:
    series = make_series()
    first = make_part(series, next_question="Should it be one person?")
    make_part(series, "It should not")

    assert "Should it be one person?" not in text_of(reader, first.url)
    assert "Should it be one person?" not in text_of(reader, series.url)


def test_a_series_lists_its_parts_and_its_promise(reader: Client) -> None:
    series = make_series("The role", promise="Is the role out of date?", planned_parts=3)
    parts = [make_part(series, "Title one"), make_part(series, "Title two")]

    html = text_of(reader, series.url)

    assert "Is the role out of date?" in html
    assert "2 of 3 parts out" in html
    assert all(part.url in html for part in parts)


def test_an_article_lists_all_parts_and_marks_itself(reader: Client) -> None:
    series = make_series()
    first, second = make_part(series, "Title one"), make_part(series, "Title two")

    html = text_of(reader, second.url)

    assert 'aria-current="page">Title two<' in html
    assert f'href="{first.url}">Title one<' in html


def test_a_series_without_parts_says_so(reader: Client) -> None:
    assert "The first part is being written" in text_of(reader, make_series().url)


def test_a_new_title_reaches_the_pages_around_it(reader: Client) -> None:
    series = make_series()
    first, second = make_part(series, "Old title"), make_part(series)
    assert "Old title" in text_of(reader, second.url)

    first.title = "New title"
    publish(first)

    assert "New title" in text_of(reader, second.url)


def test_a_new_article_starts_with_the_author_of_its_series(author: Client) -> None:
    from tests.blog.factories import make_author

    writer = make_author()
    series = make_series(author=writer)

    form = author.get(f"/admin/pages/add/onward_blog_pages/articlepage/{series.pk}/")

    assert form.context["form"].initial["author"] == writer.pk


def test_an_article_cannot_take_the_address_of_the_feed(author: Client) -> None:
    from django.core.exceptions import ValidationError

    from onward_blog.pages.models import ArticlePage

    with pytest.raises(ValidationError):
        ArticlePage(title="Feed", slug="feed").clean()
