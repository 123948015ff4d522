"""A reader compares what was published with what is counted today, and sees nothing that is hidden today."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onward_polls.actions import archive_poll, close_poll, fold_tallies, rebuild_tallies, refresh_breakdown
from onward_polls.models import Option, Poll
from tests.blog.answers import a_part, a_poll, a_series, ballots
from tests.blog.roundups import Published, a_published_roundup, read, text_of


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    poll = a_poll(results_visibility="always")
    ballots(poll, {"Repair": 12, "Selling": 8})
    return poll


@pytest.fixture
def published(poll: Poll) -> Published:
    return a_published_roundup(a_part(a_series(), body=[("poll", poll)]))


def now_in(published: Published) -> str:
    return published.page().split('id="now"', 1)[1].split("</section>", 1)[0]


def more_answers(poll: Poll) -> None:
    ballots(poll, {"Repair": 1, "Selling": 40}, at=timezone.now() - timedelta(hours=1))
    fold_tallies()
    rebuild_tallies()


def test_both_numbers_stand_side_by_side_each_with_its_date_and_n(published: Published, poll: Poll) -> None:
    more_answers(poll)

    now = text_of(now_in(published))

    today = f"{timezone.localtime():%-d %B %Y}"
    assert f"As published, 4 May 2026 Now, {today}" in now
    assert "Repair 12 60% 13 21%" in now
    assert "Selling 8 40% 48 79%" in now
    assert "Readers 20 61" in now
    assert "Now: 61 readers who chose to answer" in now


def test_the_article_leads_there_and_holds_no_number_of_today(published: Published, poll: Poll) -> None:
    before = read(published.part.url)
    more_answers(poll)

    assert f'href="{published.page_url}#now"' in before
    assert read(published.part.url) == before


def test_an_option_that_was_added_or_reworded_since_is_named_as_such(
    published: Published, poll: Poll
) -> None:
    Option.objects.filter(poll=poll, text="Repair").update(text="Mending")
    Option.objects.create(poll=poll, text="Reports", sort_order=9)
    more = poll.options.get(text="Mending")
    assert more.text == "Mending"

    now = text_of(now_in(published))

    assert "Repair (now “Mending”)" in now
    assert "Reports not offered 0" in now


def archived(poll: Poll) -> None:
    archive_poll(poll)


def for_editors_only(poll: Poll) -> None:
    Poll.objects.filter(pk=poll.pk).update(results_visibility="editors")


def until_it_closes(poll: Poll) -> None:
    Poll.objects.filter(pk=poll.pk).update(
        results_visibility="after_closing", closes_at=timezone.now() + timedelta(days=3)
    )


def opens_later(poll: Poll) -> None:
    Poll.objects.filter(pk=poll.pk).update(opens_at=timezone.now() + timedelta(days=3))


def deleted(poll: Poll) -> None:
    poll.ballots.all().delete()
    poll.delete()


hidden = pytest.mark.parametrize(
    "hide",
    [archived, for_editors_only, until_it_closes, opens_later, deleted],
    ids=lambda hide: hide.__name__,
)


@hidden
def test_a_hidden_poll_has_no_now(published: Published, poll: Poll, hide: Callable[[Poll], None]) -> None:
    more_answers(poll)
    hide(poll)

    now = text_of(now_in(published))

    assert "there are no numbers of today to show" in now
    assert not {"61", "48", "79%", "13"} & set(now.replace(".", " ").split())


@hidden
def test_nothing_that_is_sent_changes_with_a_hidden_count(
    published: Published, poll: Poll, hide: Callable[[Poll], None]
) -> None:
    hide(poll)
    before = everything_sent(published)

    if Poll.objects.filter(pk=poll.pk).exists():
        more_answers(poll)
        refresh_breakdown(Poll.objects.get(pk=poll.pk))

    assert everything_sent(published) == before


def everything_sent(published: Published) -> list[Any]:
    """Return the bytes and the headers of every address of a roundup."""
    found = []
    for url in (published.page_url, published.json_url, published.csv_url, published.part.url, "/feed/"):
        response = Client().get(url)
        found.append(
            (url, response.status_code, response.content, response.get("ETag"), len(response.content))
        )
    return found


def test_results_for_those_who_voted_are_not_on_the_page_but_one_link_away(poll: Poll) -> None:
    Poll.objects.filter(pk=poll.pk).update(results_visibility="after_voting")
    poll.refresh_from_db()
    published = a_published_roundup(a_part(a_series(), body=[("poll", poll)]))
    before = now_in(published)

    more_answers(poll)

    after = now_in(published)
    assert after == before
    assert "The numbers of today are shown to readers who have answered." in text_of(after)
    assert f'href="/polls/{poll.pk}/"' in after
    assert f'data-src="/polls/{poll.pk}/results.json"' in after


def test_a_poll_that_closed_shows_its_last_count_to_everybody(published: Published, poll: Poll) -> None:
    Poll.objects.filter(pk=poll.pk).update(results_visibility="after_closing")
    more_answers(poll)
    close_poll(Poll.objects.get(pk=poll.pk))

    assert "Readers 20 61" in text_of(now_in(published))


def test_a_question_that_stands_on_no_public_page_has_no_now(published: Published, poll: Poll) -> None:
    more_answers(poll)
    published.article.unpublish()

    assert "there are no numbers of today to show" in text_of(now_in(published))


def test_a_part_that_only_some_may_read_makes_no_roundup_public(published: Published) -> None:
    published.part.view_restrictions.create(restriction_type="login")

    for url in (published.page_url, published.json_url, published.csv_url):
        assert Client().get(url).status_code == 404
