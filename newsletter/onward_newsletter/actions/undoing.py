"""A minute in which an issue can be called back (ONWARD_NEWSLETTER["UNDO_SECONDS"])."""

from datetime import timedelta
from math import ceil

from django.utils.translation import gettext as _

from onward_newsletter import few_first
from onward_newsletter.clock import database_now
from onward_newsletter.conf import get_settings
from onward_newsletter.models import Issue

from .composing import unschedule_issue
from .issues import AlreadySending, IssueNotReady, move_issue, refuse_unready, send_issue


State = Issue.State


def send_soon(issue: Issue) -> Issue:
    """Send a draft once the time to undo is over; with UNDO_SECONDS 0, now.

    It is a scheduled issue without a zone until then. Raises like ``send_issue``, and AlreadySending for one that is
    scheduled.
    """
    seconds = get_settings().UNDO_SECONDS
    if seconds <= 0 or issue.state not in (State.DRAFT, State.SCHEDULED):
        return send_issue(issue)
    refuse_unready(issue)
    moment = database_now() + timedelta(seconds=seconds)
    if not move_issue(issue, (State.DRAFT,), State.SCHEDULED, scheduled_at=moment, schedule_zone=""):
        raise AlreadySending(_("This issue is already on its way, or has a time at which it goes out."))
    return issue


def undo_seconds_left(issue: Issue) -> int | None:
    """Return for how many seconds sending can be undone; None when the issue is not about to be sent."""
    if issue.state != State.SCHEDULED or issue.schedule_zone or issue.scheduled_at is None:
        return None
    return max(0, ceil((issue.scheduled_at - database_now()).total_seconds()))


def undo_send(issue: Issue) -> Issue:
    """Make an issue that is about to be sent a draft again. Raises IssueNotReady when a worker has begun."""
    if not unschedule_issue(issue):
        raise IssueNotReady(_("It is too late to undo: the issue is being sent. You can pause it."))
    return issue


def go_on_now(issue: Issue) -> Issue:
    """Send to the others without waiting for what the first few say. Raises IssueNotReady when nobody waits."""
    if not few_first.let_the_others_go(issue):
        raise IssueNotReady(_("Nobody is waiting any more: the issue is sent to everybody, or has stopped."))
    issue.refresh_from_db()
    return issue
