"""An author pauses, resumes or cancels an issue that is going out."""

import pytest
from django.db import connection

from onward_newsletter.actions.issues import (
    IssueNotReady,
    cancel_issue,
    issue_books,
    pause_issue,
    resume_issue,
    send_issue,
)
from onward_newsletter.models import Delivery, Issue
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .relay import issue_to, readers, sending_to, states, verdict


pytestmark = pytest.mark.django_db


def at_message(relay: SinkThread, number: int, act) -> None:  # type: ignore[no-untyped-def]
    """Do something while the server holds the message with this number."""

    def look(recipient: str) -> None:
        if relay.book.count() == number:
            act(Issue.objects.get())
            connection.close()

    relay.sink.on_message = look


@pytest.mark.django_db(transaction=True)
def test_a_pause_stops_before_the_next_message(relay: SinkThread) -> None:
    issue = sending_to(readers(40))
    at_message(relay, 12, pause_issue)

    pump()

    assert relay.book.count() == 12
    issue.refresh_from_db()
    assert issue.state == Issue.State.PAUSED
    assert issue_books(issue).open == 28


@pytest.mark.django_db(transaction=True)
def test_resuming_again_and_again_sends_the_rest_only(relay: SinkThread) -> None:
    issue = sending_to(readers(40))

    for number in (5, 11, 17, 23, 29):
        at_message(relay, number, pause_issue)
        pump()
        issue.refresh_from_db()
        resume_issue(issue)
    relay.sink.on_message = lambda recipient: None
    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED
    assert verdict(relay, issue).is_clean


@pytest.mark.django_db(transaction=True)
def test_cancelling_skips_the_rest_and_finishes_what_is_in_flight(relay: SinkThread) -> None:
    issue = sending_to(readers(40))
    at_message(relay, 32, cancel_issue)

    pump()

    assert relay.book.count() == 32
    books = issue_books(issue)
    assert (books.submitted, books.skipped, books.open) == (32, 8, 0)
    assert set(Delivery.objects.filter(state="skipped").values_list("reason", flat=True)) == {"cancelled"}
    issue.refresh_from_db()
    assert issue.state == Issue.State.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_a_row_put_back_while_the_issue_is_cancelled_is_skipped_too(relay: SinkThread) -> None:
    issue = sending_to(readers(3))
    at_message(relay, 2, cancel_issue)
    pump()
    Delivery.objects.filter(subscriber__address="reader-002@example.org").update(
        state="deferred", reason="451"
    )

    pump()

    assert states(issue)["reader-002@example.org"] == "skipped"
    assert issue_books(issue).is_balanced


def test_pausing_or_cancelling_twice_is_harmless(relay: SinkThread) -> None:
    issue = sending_to(readers(3))

    pause_issue(issue)
    pause_issue(issue)
    cancel_issue(issue)
    cancel_issue(issue)

    assert issue.state == Issue.State.CANCELLED


def test_a_draft_cannot_be_paused(relay: SinkThread) -> None:
    with pytest.raises(IssueNotReady):
        pause_issue(issue_to(readers(1)))


def test_what_was_sent_cannot_be_cancelled_or_resumed(relay: SinkThread) -> None:
    issue = sending_to(readers(1))
    pump()

    with pytest.raises(IssueNotReady):
        cancel_issue(issue)
    with pytest.raises(IssueNotReady):
        resume_issue(issue)


def test_what_was_cancelled_cannot_be_sent(relay: SinkThread) -> None:
    issue = issue_to(readers(1))
    cancel_issue(issue)

    with pytest.raises(IssueNotReady):
        send_issue(issue)
