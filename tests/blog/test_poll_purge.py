"""A page that shows a poll is new as soon as the poll is not what it shows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onward_blog import versions
from onward_blog.responses.folding import fold_responses
from onward_polls import signals
from onward_polls.actions import announce_closings, close_poll, rebuild_tallies
from onward_polls.models import Ballot, Poll
from onward_polls.tasks import fold
from tests.blog.answers import a_part, a_poll, a_series, ballots


pytestmark = pytest.mark.django_db

Commits = Callable[..., Any]


@pytest.fixture
def poll() -> Poll:
    return a_poll(results_visibility="always")


@pytest.fixture
def article(poll: Poll) -> Any:
    article = a_part(a_series(), body=[("paragraph", "<p>Before.</p>"), ("poll", poll)])
    article.save_revision().publish()
    fold_responses()
    return article


def seen(article: Any) -> tuple[str, str]:
    """Return what a cache keeps of a page: the version in its key, and the ETag of what it keeps."""
    return versions.current(article.pk), Client().get(article.url)["ETag"]


def changed(before: tuple[str, str], article: Any) -> bool:
    version, etag = seen(article)
    return version != before[0] and etag != before[1]


def test_closing_by_hand_renews_the_page(
    article: Any, poll: Poll, django_capture_on_commit_callbacks: Commits
) -> None:
    before = seen(article)

    with django_capture_on_commit_callbacks(execute=True):
        close_poll(poll)

    assert changed(before, article)
    assert Client().get(article.url, headers={"if-none-match": before[1]}).status_code == 200


def test_the_closing_time_renews_the_page_within_a_run_of_the_worker(
    article: Any, poll: Poll, django_capture_on_commit_callbacks: Commits
) -> None:
    Poll.objects.filter(pk=poll.pk).update(closes_at=timezone.now() + timedelta(hours=1))
    before = seen(article)
    assert b"<form" in Client().get(article.url).content
    Poll.objects.filter(pk=poll.pk).update(closes_at=timezone.now() - timedelta(seconds=1))

    with django_capture_on_commit_callbacks(execute=True):
        fold()

    assert changed(before, article)
    page = Client().get(article.url).content.decode()
    assert f'action="/polls/{poll.pk}/' not in page

    version = versions.current(article.pk)
    with django_capture_on_commit_callbacks(execute=True):
        announce_closings()
    assert versions.current(article.pk) == version


def test_every_page_that_shows_it_is_renewed(
    article: Any, poll: Poll, django_capture_on_commit_callbacks: Commits
) -> None:
    other = a_part(a_series("Another"), body=[("poll", poll)])
    pages = (article, other)
    before = [versions.current(page.pk) for page in pages]

    with django_capture_on_commit_callbacks(execute=True):
        close_poll(poll)

    assert not {versions.current(page.pk) for page in pages} & set(before)


def test_a_page_without_the_poll_stays_as_it_is(
    article: Any, poll: Poll, django_capture_on_commit_callbacks: Commits
) -> None:
    other = a_part(a_series("Another"), body=[("poll", a_poll("Something else?"))])
    fold_responses()
    before = versions.current(other.pk)

    with django_capture_on_commit_callbacks(execute=True):
        close_poll(poll)

    assert versions.current(other.pk) == before


def test_a_page_that_asks_again_is_renewed_with_the_earlier_poll(
    article: Any, poll: Poll, django_capture_on_commit_callbacks: Commits
) -> None:
    again = a_poll(follows=poll, results_visibility="always")
    later = a_part(a_series("Another"), body=[("poll", again)])
    later.save_revision().publish()
    before = seen(later)

    with django_capture_on_commit_callbacks(execute=True):
        signals.poll_changed.send(sender=Poll, poll=poll)

    assert versions.current(later.pk) != before[0]


def test_ballots_that_are_set_aside_renew_a_page_with_open_results(
    article: Any, poll: Poll, django_capture_on_commit_callbacks: Commits
) -> None:
    ballots(poll, {"Repair": 12})
    with django_capture_on_commit_callbacks(execute=True):
        rebuild_tallies()
    before = seen(article)

    Ballot.objects.filter(poll=poll).update(excluded_at=timezone.now(), exclusion="author")
    with django_capture_on_commit_callbacks(execute=True):
        rebuild_tallies()

    assert changed(before, article)


def test_ballots_that_are_set_aside_are_nobody_s_business_where_results_are_hidden(
    article: Any, poll: Poll, django_capture_on_commit_callbacks: Commits
) -> None:
    Poll.objects.filter(pk=poll.pk).update(results_visibility="after_closing")
    ballots(poll, {"Repair": 12})
    with django_capture_on_commit_callbacks(execute=True):
        rebuild_tallies()
    before = seen(article)

    Ballot.objects.filter(poll=poll).update(excluded_at=timezone.now(), exclusion="author")
    with django_capture_on_commit_callbacks(execute=True):
        rebuild_tallies()

    assert seen(article) == before
