"""A newsletter with a limit for the day never sends more, however many workers there are, and goes on tomorrow."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from onward_newsletter import lanes
from onward_newsletter.actions.issues import issue_books
from onward_newsletter.models import Delivery, Issue, Lane
from onward_newsletter.progress import describe_progress
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .factories import NewsletterFactory
from .relay import readers, sending_to, states, verdict


pytestmark = pytest.mark.django_db


def let_a_day_pass() -> None:
    Lane.objects.filter(name__startswith="newsletter:").update(day=timezone.now() - timedelta(days=1))


def day_count() -> int:
    return Lane.objects.get(name__startswith="newsletter:").day_count


def test_the_rest_goes_on_tomorrow(relay: SinkThread) -> None:
    issue = sending_to(readers(12), NewsletterFactory.create(rate_per_day=5))
    submitted = []

    for _day in range(3):
        submitted.append([pump().submitted, pump().submitted])
        issue.refresh_from_db()
        assert issue_books(issue).is_balanced
        let_a_day_pass()

    assert submitted == [[5, 0], [5, 0], [2, 0]]
    assert issue.state == Issue.State.SUBMITTED
    assert verdict(relay, issue).is_clean


def test_what_waits_for_tomorrow_calls_for_no_worker_and_is_said(relay: SinkThread) -> None:
    issue = sending_to(readers(8), NewsletterFactory.create(rate_per_day=5))

    report = pump()

    issue.refresh_from_db()
    assert (issue.state, report.left) == (Issue.State.SENDING, 0)
    assert issue_books(issue).goes_on_tomorrow
    assert issue_books(issue).eta_s is None
    assert "goes on tomorrow" in describe_progress()


def test_another_newsletter_is_not_held_up(relay: SinkThread) -> None:
    held = sending_to(readers(8), NewsletterFactory.create(slug="limited", rate_per_day=5))
    other = sending_to(readers(8, "other"))

    report = pump()

    other.refresh_from_db()
    assert (report.submitted, report.left) == (13, 0)
    assert set(states(other).values()) == {"submitted"}
    assert other.state == Issue.State.SUBMITTED
    assert issue_books(held).open == 3


def test_what_was_reserved_and_not_used_is_given_back(relay: SinkThread) -> None:
    sending_to(readers(3), NewsletterFactory.create(rate_per_day=500))

    pump()

    assert day_count() == 3


def test_a_mail_server_that_is_away_uses_up_nothing(relay: SinkThread, settings) -> None:  # type: ignore[no-untyped-def]
    sending_to(readers(8), NewsletterFactory.create(rate_per_day=5))
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for _beat in range(10):
        pump()
        Lane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))
    settings.EMAIL_PORT = port

    assert day_count() == 0
    assert pump().submitted == 5


def test_a_refused_recipient_counts_and_a_retry_counts_again(relay: SinkThread) -> None:
    issue = sending_to(["greylisted-1@example.org", *readers(6)], NewsletterFactory.create(rate_per_day=5))

    pump()

    assert day_count() == 5
    assert list(states(issue).values()).count("submitted") == relay.book.count() == 4


def test_a_day_that_is_over_takes_nothing_back() -> None:
    share = lanes.take_share("newsletter:1", 5, 3)
    let_a_day_pass()
    lanes.take_share("newsletter:1", 5, 2)

    share.give_back(3)

    assert day_count() == 2


@pytest.mark.django_db(transaction=True)
def test_workers_share_one_limit(relay: SinkThread) -> None:
    issue = sending_to(readers(40), NewsletterFactory.create(rate_per_day=23))

    def work() -> None:
        try:
            pump()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What one worker gave back after the others had looked is for the next beat.
    pump()

    assert relay.book.count() == day_count() == 23
    assert set(relay.book.accepted().values()) == {1}
    assert Delivery.objects.filter(issue=issue, state="pending").count() == 17
