"""An author schedules an issue."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from wagtail import hooks

from onward_newsletter.actions.issues import IssueNotReady, resume_issue, schedule_issue, send_issue
from onward_newsletter.models import Issue
from onward_newsletter.preflight import Finding, Level
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .relay import issue_to, readers, verdict


pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")


def due_since(issue: Issue, **ago: float) -> None:
    Issue.objects.filter(pk=issue.pk).update(scheduled_at=timezone.now() - timedelta(**ago))


def state_of(issue: Issue) -> str:
    issue.refresh_from_db()
    return issue.state


@pytest.mark.parametrize(
    ("wall_clock", "utc"),
    [
        (datetime(2027, 3, 1, 8, 0), datetime(2027, 3, 1, 7, 0, tzinfo=UTC)),
        # The clock jumps from 02:00 to 03:00: half past two by the old clock is half past three by the new one.
        (datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # The hour comes twice: the first one counts.
        (datetime(2027, 10, 31, 2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_of_day_means_one_moment(wall_clock: datetime, utc: datetime) -> None:
    issue = issue_to(readers(1))

    schedule_issue(issue, wall_clock, BERLIN)

    assert (issue.scheduled_at, issue.schedule_zone) == (utc, "Europe/Berlin")
    assert issue.state == Issue.State.SCHEDULED


def test_a_scheduled_issue_waits_for_its_time(relay: SinkThread) -> None:
    issue = issue_to(readers(2))
    schedule_issue(issue, timezone.now() + timedelta(hours=1), BERLIN)

    pump()

    assert state_of(issue) == Issue.State.SCHEDULED
    assert relay.book.count() == 0


def test_a_scheduled_issue_goes_out_once_when_its_time_has_come(relay: SinkThread) -> None:
    issue = issue_to(readers(2))
    schedule_issue(issue, timezone.now() + timedelta(hours=1), BERLIN)
    due_since(issue, minutes=1)

    pump()
    pump()

    assert state_of(issue) == Issue.State.SUBMITTED
    assert relay.book.count() == 2


def test_an_issue_that_missed_its_time_by_hours_is_held_for_the_author(relay: SinkThread) -> None:
    issue = issue_to(readers(2))
    schedule_issue(issue, timezone.now() + timedelta(hours=1), BERLIN)
    due_since(issue, hours=7)

    pump()

    assert state_of(issue) == Issue.State.PAUSED
    assert "6 hours" in issue.state_reason
    assert relay.book.count() == 0


def test_a_held_issue_is_sent_when_the_author_says_so(relay: SinkThread) -> None:
    issue = issue_to(readers(2))
    schedule_issue(issue, timezone.now() + timedelta(hours=1), BERLIN)
    due_since(issue, hours=7)
    pump()

    resume_issue(Issue.objects.get())
    pump()

    assert state_of(issue) == Issue.State.SUBMITTED


def test_a_time_that_has_passed_is_refused() -> None:
    issue = issue_to(readers(1))

    with pytest.raises(IssueNotReady):
        schedule_issue(issue, timezone.now() - timedelta(minutes=1), BERLIN)

    assert state_of(issue) == Issue.State.DRAFT


def test_a_scheduled_issue_may_be_sent_now(relay: SinkThread) -> None:
    issue = issue_to(readers(2))
    schedule_issue(issue, timezone.now() + timedelta(hours=1), BERLIN)

    send_issue(issue)
    pump()

    assert state_of(issue) == Issue.State.SUBMITTED


def test_what_went_wrong_after_scheduling_holds_the_issue_and_says_why(relay: SinkThread) -> None:
    issue = issue_to(readers(2))
    schedule_issue(issue, timezone.now() + timedelta(hours=1), BERLIN)
    due_since(issue, minutes=1)
    finding = Finding(Level.ERROR, "The page it links to was taken down.", "Publish the page again.")

    with hooks.register_temporarily("onward_newsletter_preflight", lambda issue: [finding]):
        pump()

    assert state_of(issue) == Issue.State.PAUSED
    assert "taken down" in issue.state_reason
    assert "Publish the page again." in issue.state_reason
    assert relay.book.count() == 0

    resume_issue(issue)
    pump()
    assert relay.book.count() == 2


@pytest.mark.django_db(transaction=True)
def test_ten_workers_called_at_once_start_a_due_issue_once_and_mail_nobody_twice(relay: SinkThread) -> None:
    issue = issue_to(readers(40))
    schedule_issue(issue, timezone.now() + timedelta(hours=1), BERLIN)
    due_since(issue, minutes=1)
    all_are_there = threading.Barrier(10)

    def called() -> None:
        all_are_there.wait()
        try:
            pump()
        finally:
            connection.close()

    calls = [threading.Thread(target=called) for _ in range(10)]
    for call in calls:
        call.start()
    for call in calls:
        call.join()

    assert state_of(issue) == Issue.State.SUBMITTED
    assert verdict(relay, issue).is_clean
    assert (relay.book.count(), issue.candidate_count) == (40, 40)
