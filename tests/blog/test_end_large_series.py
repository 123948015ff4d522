"""A series with many sentences is ended: its author does not wait, and the last part comes whoever is stopped on the way."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from onward_blog import mailing
from onward_blog.following import summing_up
from onward_blog.following.ending import end_series, reopen_series, settle_following
from onward_blog.following.summing_up import progress_of, sum_up, sum_up_waiting
from onward_blog.models import Roundup, SummingUp
from onward_blog.pages.models import ArticlePage, SeriesPage
from onward_blog.responses.folding import fold_responses
from onward_blog.tasks import sum_up_series
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Issue, Newsletter, Subscriber, Subscription
from tests.blog.answers import a_part, a_poll, a_series, ballots, words
from tests.conftest import Person


pytestmark = pytest.mark.django_db

PARTS = 4


class Killed(BaseException):
    """The worker is gone, as with SIGKILL: nothing of what it would have done happens."""


@pytest.fixture
def series(monkeypatch: pytest.MonkeyPatch) -> SeriesPage:
    """Return a series of four parts; here five answers with a sentence are many."""
    monkeypatch.setattr(summing_up, "AT_ONCE", {"answers": 20_000, "sentences": 4})
    series = a_series("Out of date?")
    for number in range(PARTS):
        poll = a_poll(f"Question {number}?")
        ballots(poll, {"Repair": 12 + number})
        if number < 3:
            words(poll, "I repair, all week.")
            words(poll, "I sell, on Fridays.")
        a_part(series, f"Title {number}", body=[("poll", poll)])
    fold_responses()
    return SeriesPage.objects.get(pk=series.pk)


@pytest.fixture
def killed_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Kill whoever has frozen so many parts more."""
    freeze = summing_up.compile_roundup

    def kill(parts: int) -> None:
        left = iter([True] * parts)

        def freeze_or_die(part: Any) -> Roundup:
            if not next(left, False):
                raise Killed
            return freeze(part)

        monkeypatch.setattr(summing_up, "compile_roundup", freeze_or_die)

    return kill


def again(page: Any) -> Any:
    return type(page).objects.get(pk=page.pk)


def drafts() -> list[ArticlePage]:
    return list(ArticlePage.objects.filter(live=False))


def a_lease_later() -> None:
    SummingUp.objects.update(taken_until=timezone.now() - timedelta(seconds=1))


def screen(series: SeriesPage) -> str:
    return reverse("onward_blog_following:end", args=[series.pk])


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_button_freezes_nothing_and_the_screen_says_how_far_it_is(
    series: SeriesPage, author: Person
) -> None:
    response = author.post(screen(series), {"do": "end", "closing_part": "1"}, follow=True)

    page = text_of(response)
    assert "The series has ended. Its last part is being prepared." in page
    assert "frozen for 0 of 4 parts" in page
    assert again(series).ended_at is not None
    assert (drafts(), Roundup.objects.count()) == ([], 0)

    sum_up_series()

    [draft] = drafts()
    assert reverse("wagtailadmin_pages:edit", args=[draft.pk]) in text_of(author.get(screen(series)))
    assert draft.title == "What 4 parts and 60 answers say"
    assert draft.owner == author.user
    assert progress_of(series) is None


def test_a_small_series_has_its_draft_at_once(
    series: SeriesPage, author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summing_up, "AT_ONCE", {"answers": 60, "sentences": 6})

    assert end_series(series, user=author.user) in drafts()
    assert not SummingUp.objects.exists()


def test_whoever_is_killed_is_followed_by_one_who_goes_on_with_the_next_part(
    series: SeriesPage, author: Person, killed_after: Callable[[int], None]
) -> None:
    end_series(series, user=author.user)
    seen = []
    for _worker in range(PARTS - 1):
        killed_after(1)
        with pytest.raises(Killed):
            sum_up_waiting()
        found = progress_of(again(series))
        assert found is not None
        seen.append((found.done, Roundup.objects.count()))
        assert sum_up_waiting() == 0  # the one who was killed still has it
        a_lease_later()

    killed_after(1)
    assert seen == [(1, 1), (2, 2), (3, 3)]
    assert sum_up_waiting() == 1
    assert len(drafts()) == 1
    assert len(drafts()[0].get_latest_revision_as_object().body) == 1 + PARTS


def test_whoever_comes_back_late_finds_that_it_is_not_theirs_any_more(
    series: SeriesPage, author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_series(series, user=author.user)
    freeze, asleep = summing_up.compile_roundup, iter([True])

    def sleep_and_freeze(part: Any) -> Roundup:
        if next(asleep, False):
            a_lease_later()
            assert sum_up(again(series))
        return freeze(part)

    monkeypatch.setattr(summing_up, "compile_roundup", sleep_and_freeze)

    assert not sum_up(series)
    assert len(drafts()) == 1
    assert Roundup.objects.count() == PARTS


def test_a_series_that_goes_on_after_all_is_not_summed_up_behind_its_author_s_back(
    series: SeriesPage, author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_series(series, user=author.user)
    freeze = summing_up.compile_roundup

    def reopen_and_freeze(part: Any) -> Roundup:
        reopen_series(again(series), user=author.user)
        return freeze(part)

    monkeypatch.setattr(summing_up, "compile_roundup", reopen_and_freeze)

    assert sum_up_waiting() == 0
    assert drafts() == []
    assert again(series).ended_at is None


def test_one_series_that_cannot_be_summed_up_keeps_no_other_waiting(
    series: SeriesPage, author: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poll = a_poll()
    ballots(poll, {"Repair": 12})
    other = a_series("Another one")
    a_part(other, "Another part", body=[("poll", poll)])
    freeze = summing_up.compile_roundup

    def fail_at_the_third(part: Any) -> Roundup:
        if part.title == "Title 2":
            raise ValueError("a broken block")
        return freeze(part)

    monkeypatch.setattr(summing_up, "compile_roundup", fail_at_the_third)
    end_series(series, user=author.user)
    SummingUp.objects.create(page_id=other.pk)
    SeriesPage.objects.filter(pk=other.pk).update(ended_at=timezone.now())

    assert sum_up_waiting() == 1

    assert [draft.get_parent().pk for draft in drafts()] == [other.pk]
    assert "a broken block" in caplog.text
    a_lease_later()
    page = text_of(author.get(screen(series)))
    assert "frozen for 2 of 4 parts" in page
    assert "It has stopped on the way." in page
    monkeypatch.setattr(summing_up, "compile_roundup", freeze)
    assert sum_up_waiting() == 1


def test_without_a_worker_the_command_does_it(series: SeriesPage, author: Person) -> None:
    end_series(series, user=author.user)
    out = StringIO()

    call_command("aggregate_responses", stdout=out)

    assert "1 series was summed up." in out.getvalue()
    assert len(drafts()) == 1


@pytest.fixture
def mailed_before(series: SeriesPage) -> Subscription:
    """Somebody follows the series, and its newest part was mailed."""
    newsletter = Newsletter.objects.create(name="Onward", slug="onward", sender_address="a@example.org")
    subscriber = Subscriber.objects.create(address="r@example.org", address_key=address_key("r@example.org"))
    topic = mailing.topic_for_series(series)
    return Subscription.objects.create(
        subscriber=subscriber, newsletter=newsletter, topic=topic, state="active", confirmed_at=timezone.now()
    )


def test_followers_are_not_let_go_before_the_last_part_they_wait_for_is_begun(
    series: SeriesPage, author: Person, mailed_before: Subscription
) -> None:
    last = series.live_parts()[-1]
    Issue.objects.filter(pk=mailing.issue_for_article(last).pk).update(state="submitted")

    end_series(series, user=author.user)

    assert settle_following(again(series)) == 0
    sum_up_waiting()
    assert settle_following(again(series)) == 0
    mailed_before.refresh_from_db()
    assert mailed_before.state == "active"
