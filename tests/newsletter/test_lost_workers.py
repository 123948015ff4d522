"""A worker stops in the middle: what it held is found again, and what it was about to send is in doubt."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from onward_newsletter import claims, housekeeping
from onward_newsletter.actions.issues import issue_books, prepare_issue
from onward_newsletter.claims import CHUNK
from onward_newsletter.feed import ISSUES, Feed, Job
from onward_newsletter.models import Delivery, Issue
from onward_newsletter.pump import pump
from onward_newsletter.sender import Bookkeeper
from tests.faults.sink import SinkThread

from .relay import readers, sending_to, states, verdict


pytestmark = pytest.mark.django_db


def held(issue: Issue, state: str, *, lease: float) -> Delivery:
    """Put one delivery into the hands of a worker that is no more; its lease ends in so many seconds."""
    delivery = Delivery.objects.filter(issue=issue).order_by("pk").first()
    assert delivery is not None
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, claim_token="gone", lease_until=timezone.now() + timedelta(seconds=lease)
    )
    delivery.refresh_from_db()
    return delivery


def prepared(number: int = 3) -> Issue:
    issue = sending_to(readers(number))
    prepare_issue(issue)
    return issue


def test_claimed_rows_of_a_dead_worker_are_sent_when_its_lease_is_over(relay: SinkThread) -> None:
    issue = prepared()
    held(issue, "claimed", lease=-1)

    pump()

    assert set(states(issue).values()) == {"submitted"}


def test_claimed_rows_of_a_living_worker_are_left_alone(relay: SinkThread) -> None:
    issue = prepared()
    delivery = held(issue, "claimed", lease=60)

    pump()

    delivery.refresh_from_db()
    assert delivery.claim_token == "gone"
    assert relay.book.count() == 2
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENDING


def test_an_attempt_whose_worker_died_is_in_doubt_and_not_repeated(relay: SinkThread) -> None:
    issue = prepared()
    held(issue, "sending", lease=-1)

    pump()

    assert issue_books(issue).in_doubt == 1
    assert relay.book.count() == 2
    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED_WITH_ERRORS


def test_the_setting_resend_repeats_what_is_in_doubt(relay: SinkThread, settings: Any) -> None:
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "IN_DOUBT": "resend"}
    issue = prepared()
    held(issue, "sending", lease=-1)

    pump()

    assert set(states(issue).values()) == {"submitted"}


def test_submitted_is_refused_while_a_row_is_open(relay: SinkThread) -> None:
    issue = prepared()
    held(issue, "sending", lease=60)
    pump()

    assert not housekeeping.finish_issue(issue.pk)

    issue.refresh_from_db()
    assert issue.state == Issue.State.SENDING


def test_a_worker_that_slept_past_its_lease_does_not_send(relay: SinkThread) -> None:
    issue = prepared(1)
    asleep = held(issue, "claimed", lease=-1)

    assert not claims.stamp_all([asleep], [])

    pump()
    assert verdict(relay, issue).is_clean


def test_a_worker_that_was_given_up_still_records_what_it_knows(relay: SinkThread) -> None:
    issue = prepared(1)
    asleep = held(issue, "sending", lease=-1)
    housekeeping.recover_abandoned()

    assert claims.settle_all_submitted([asleep])

    assert states(issue) == {"reader-000@example.org": "submitted"}


def test_a_worker_that_was_given_up_does_not_overrule_an_editor(relay: SinkThread) -> None:
    issue = prepared(1)
    asleep = held(issue, "sending", lease=-1)
    Delivery.objects.filter(pk=asleep.pk).update(state="pending", claim_token="")

    assert not claims.settle_all_submitted([asleep])

    assert states(issue) == {"reader-000@example.org": "pending"}


def test_a_worker_told_to_stop_finishes_its_message_and_gives_back_the_rest(relay: SinkThread) -> None:
    issue = sending_to(readers(20))

    pump(should_stop=lambda: relay.book.count() >= 3)

    assert relay.book.count() == 3
    assert sorted(states(issue).values()) == ["pending"] * 17 + ["submitted"] * 3


def test_a_pump_whose_time_is_over_says_what_is_left(relay: SinkThread) -> None:
    sending_to(readers(20))
    relay.sink.delay = 0.05

    report = pump(limit_seconds=0.3)

    assert 0 < report.submitted < 20
    assert report.left == 20 - report.submitted


def test_a_preparation_that_failed_holds_the_issue_and_says_why(relay: SinkThread) -> None:
    issue = sending_to(readers(2))
    issue.newsletter.sender_address = "not an address"
    issue.newsletter.save()

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.PAUSED
    assert "not an address" in issue.state_reason
    assert not Delivery.objects.exists()


def test_a_worker_holds_more_where_they_leave_fast_and_fewer_where_they_do_not(relay: SinkThread) -> None:
    issue = prepared(120)
    held_by_token: dict[str, int] = {}
    for job in Feed(Bookkeeper(), time.monotonic() + 60, [ISSUES], lambda: False):
        assert isinstance(job, Job)
        token = job.row.claim_token
        held_by_token[token] = Delivery.objects.filter(issue=issue, claim_token=token).count()
        if len(held_by_token) > 1:
            # From now on the server takes its time.
            time.sleep(0.03)

    first, second, third, *_rest = held_by_token.values()
    assert first == CHUNK
    assert second > first
    assert third < second
