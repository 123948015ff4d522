"""An author presses Send, sees the mistake, and has a minute."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from onward_newsletter.actions.issues import AlreadySending, IssueNotReady, NothingToSend, send_issue
from onward_newsletter.actions.undoing import send_soon, undo_seconds_left, undo_send
from onward_newsletter.models import Delivery, Issue
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .factories import IssueFactory, SubscriptionFactory
from .relay import issue_to, readers


pytestmark = pytest.mark.django_db

ISSUES = "/admin/newsletter/issues"
State = Issue.State


def let_the_time_pass(issue: Issue) -> None:
    Issue.objects.filter(pk=issue.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def issue(newsletter):
    SubscriptionFactory.create_batch(2, newsletter=newsletter)
    return IssueFactory.create(newsletter=newsletter)


def test_nobody_gets_anything_while_it_can_be_undone(relay: SinkThread) -> None:
    issue = send_soon(issue_to(readers(2)))

    pump()

    assert relay.book.count() == 0
    assert not Delivery.objects.exists()
    assert undo_seconds_left(issue) == 60


def test_it_leaves_by_itself_when_the_time_is_over(relay: SinkThread) -> None:
    issue = send_soon(issue_to(readers(2)))
    let_the_time_pass(issue)

    pump()

    issue.refresh_from_db()
    assert (issue.state, relay.book.count()) == (State.SUBMITTED, 2)


def test_undone_it_is_a_draft_that_can_be_sent_anew(relay: SinkThread) -> None:
    issue = send_soon(issue_to(readers(2)))

    undo_send(issue)
    pump()
    assert (issue.state, issue.scheduled_at, relay.book.count()) == (State.DRAFT, None, 0)

    let_the_time_pass(send_soon(issue))
    pump()
    assert relay.book.count() == 2


def test_undoing_what_a_worker_has_begun_is_refused(issue) -> None:  # type: ignore[no-untyped-def]
    send_soon(issue)
    Issue.objects.update(state=State.PREPARING)

    with pytest.raises(IssueNotReady, match="too late"):
        undo_send(issue)

    assert issue.state == State.PREPARING


def test_second_press_does_not_begin_the_minute_anew(issue) -> None:  # type: ignore[no-untyped-def]
    send_soon(issue)
    leaves_at = issue.scheduled_at

    with pytest.raises(AlreadySending):
        send_soon(Issue.objects.get())

    assert Issue.objects.get().scheduled_at == leaves_at


def test_without_anybody_to_go_to_there_is_nothing_to_undo(newsletter) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NothingToSend):
        send_soon(IssueFactory.create(newsletter=newsletter))


def test_a_site_may_do_without_the_minute(issue, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ONWARD_NEWSLETTER = {"UNDO_SECONDS": 0}

    assert send_soon(issue).state == State.PREPARING


def test_commands_and_other_apps_send_at_once(issue) -> None:  # type: ignore[no-untyped-def]
    assert send_issue(issue).state == State.PREPARING


def test_screen_counts_down_and_its_button_undoes(author, issue) -> None:  # type: ignore[no-untyped-def]
    author.post(f"{ISSUES}/send/{issue.pk}/")

    screen = author.get(f"{ISSUES}/inspect/{issue.pk}/").content.decode()
    assert re.search(r"leaves in <span data-seconds>(60|59|58)</span> seconds", screen)
    assert '<noscript><meta http-equiv="refresh"' in screen
    assert f'action="{ISSUES}/undo/{issue.pk}/"' in screen
    assert "Unschedule…" not in screen

    author.post(f"{ISSUES}/undo/{issue.pk}/")
    issue.refresh_from_db()
    assert issue.state == State.DRAFT
    assert ModelLogEntry.objects.filter(action="onward_newsletter.undo", user=author.user).count() == 1


def test_asking_to_undo_undoes_nothing(author, issue) -> None:  # type: ignore[no-untyped-def]
    send_soon(issue)

    author.get(f"{ISSUES}/undo/{issue.pk}/")

    assert Issue.objects.get().state == State.SCHEDULED


def test_issue_with_a_time_of_its_own_is_not_counted_down(author, issue) -> None:  # type: ignore[no-untyped-def]
    author.post(f"{ISSUES}/schedule/{issue.pk}/", {"when": "2031-07-01 08:00", "zone": "Europe/Berlin"})

    screen = author.get(f"{ISSUES}/inspect/{issue.pk}/").content.decode()

    assert "data-seconds" not in screen
    assert "Unschedule…" in screen
    assert "8 a.m. in Europe/Berlin" in screen
    assert "2031-07-01 06:00 UTC" in screen
