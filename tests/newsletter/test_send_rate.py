"""A newsletter with a rate never goes faster, however many workers there are."""

import threading
from itertools import pairwise

import pytest
from django.db import connection

from onward_newsletter import lanes
from onward_newsletter.models import Lane
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .factories import NewsletterFactory
from .relay import readers, sending_to, verdict


pytestmark = pytest.mark.django_db


def test_turns_are_evenly_spaced() -> None:
    waits = [lanes.take_turn("newsletter:1", 2) for _turn in range(5)]

    assert waits[0] == 0
    assert all(0.4 < later - sooner <= 0.5 for sooner, later in pairwise(waits))


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
    turn_after_the_last = Lane.objects.get(name__startswith="newsletter:").free_at
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
