"""A newsletter with a rate never goes faster, however many workers there are."""

import threading
import time
from itertools import pairwise

import pytest
from django.db import connection

from onward_newsletter import lanes
from onward_newsletter.actions.issues import issue_books
from onward_newsletter.feed import ISSUES, Feed, Job, Pause
from onward_newsletter.models import Lane
from onward_newsletter.pump import pump
from onward_newsletter.sender import Bookkeeper
from tests.faults.sink import SinkThread

from .factories import NewsletterFactory
from .relay import readers, sending_to, verdict


pytestmark = pytest.mark.django_db


def test_turns_are_evenly_spaced() -> None:
    turns = [lanes.take_turn("newsletter:1", 2) or 0.0 for _turn in range(5)]

    assert turns[0] <= time.monotonic()
    assert all(0.3 < later - sooner < 0.7 for sooner, later in pairwise(turns))


def test_a_turn_that_would_come_too_late_is_left_for_others() -> None:
    first = lanes.take_turn("newsletter:1", 2)
    assert first is not None

    assert lanes.take_turn("newsletter:1", 2, latest=first + 0.3) is None
    second = lanes.take_turn("newsletter:1", 2)

    assert second is not None
    assert second - first < 0.6


def test_short_pumps_use_every_turn(relay: SinkThread) -> None:
    """Between two messages lie two or three pumps; each of them once took a turn away, and the issue never ended."""
    issue = sending_to(readers(4), NewsletterFactory.create(rate_per_second=2))

    for _beat in range(60):
        pump(limit_seconds=0.2)

    assert verdict(relay, issue).is_clean


def test_workers_that_were_held_up_together_do_not_send_together(settings) -> None:  # type: ignore[no-untyped-def]
    # Few connections, so that the first worker leaves some for the second.
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "CONNECTIONS": 1}
    sending_to(readers(30), NewsletterFactory.create(rate_per_second=2))
    first, second = (
        iter(Feed(Bookkeeper(), time.monotonic() + 30, [ISSUES], lambda: False)) for _worker in range(2)
    )
    assert isinstance(next(first), Job)
    assert isinstance(next(second), Pause)
    pause = next(first)
    assert isinstance(pause, Pause)

    # A slow disk, or a server that does not answer.
    time.sleep(pause.until - time.monotonic() + 0.6)

    assert {type(next(first)), type(next(second))} == {Job, Pause}


def test_what_was_held_up_after_its_turn_leaves_spaced_out() -> None:
    sending_to(readers(6), NewsletterFactory.create(rate_per_second=9))
    feed = Feed(Bookkeeper(), time.monotonic() + 30, [ISSUES], lambda: False)
    held_up = [found for found in feed if isinstance(found, Job)]
    assert len(held_up) == 6

    began = time.monotonic()
    for job in held_up:
        feed.space_out(job)

    assert time.monotonic() - began >= 5 / 9


def _work() -> None:
    try:
        pump()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_workers_share_one_rate(relay: SinkThread) -> None:
    issue = sending_to(readers(30), NewsletterFactory.create(rate_per_second=20))

    threads = [threading.Thread(target=_work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert verdict(relay, issue).is_clean
    turn_after_the_last = Lane.objects.get(name=lanes.name_for(issue.newsletter)).free_at
    first = relay.book.lines("accepted")[0]["at"]
    assert turn_after_the_last is not None
    # Thirty turns of a twentieth of a second each.
    assert turn_after_the_last.timestamp() - first > 29 / 20 - 0.05


@pytest.mark.django_db(transaction=True)
def test_four_workers_with_many_connections_stay_under_the_rate_in_every_second(
    relay: SinkThread,
    settings,  # type: ignore[no-untyped-def]
) -> None:
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "CONNECTIONS": 5}
    issue = sending_to(readers(42), NewsletterFactory.create(rate_per_second=14))

    threads = [threading.Thread(target=_work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert verdict(relay, issue).is_clean
    asked = [line["at"] for line in relay.book.lines("rcpt")]
    assert max(sum(first <= at < first + 1 for at in asked) for first in asked) <= 15


def test_a_turn_that_comes_too_late_is_left_to_the_next_pump(relay: SinkThread) -> None:
    sending_to(readers(5), NewsletterFactory.create(rate_per_second=1))

    report = pump(limit_seconds=0.5)

    assert report.submitted == 1
    assert report.left == 4


def test_the_outbox_does_not_wait_for_a_newsletters_rate(relay: SinkThread) -> None:
    from onward_newsletter.actions.outbox import enqueue_mail

    sending_to(readers(5), NewsletterFactory.create(rate_per_second=1))
    for number in range(5):
        enqueue_mail(purpose="notice", address=f"quick-{number}@example.org", subject="S", text="T")

    pump(limit_seconds=0.5)

    assert sum(name.startswith("quick") for name in relay.book.accepted()) == 5


def test_an_issue_with_a_rate_lets_another_one_go_meanwhile(relay: SinkThread) -> None:
    slow = sending_to(readers(20, "slow"), NewsletterFactory.create(rate_per_second=2))
    quick = sending_to(readers(60, "quick"), NewsletterFactory.create(slug="quick"))

    pump(limit_seconds=5)

    assert issue_books(quick).submitted == 60
    assert 2 <= issue_books(slow).submitted < 20


def test_two_issues_with_a_rate_go_side_by_side(relay: SinkThread) -> None:
    first, second = (
        sending_to(readers(20, word), NewsletterFactory.create(slug=word, rate_per_second=5))
        for word in ("first", "second")
    )

    pump(limit_seconds=3)

    assert issue_books(first).submitted >= 3
    assert issue_books(second).submitted >= 3
