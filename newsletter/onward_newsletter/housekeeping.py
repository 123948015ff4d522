"""What the pump does before and after it sends: start what is due, find what died, close the books."""

import logging
import time
from datetime import timedelta
from functools import partial

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from wagtail.log_actions import log

from .actions.addresses import forget_unconfirmed_addresses
from .actions.composing import first_error
from .actions.issues import IssueError, ask_for_pause, prepare_issue
from .actions.subscribing import forget_unconfirmed
from .clock import database_now, later
from .conf import get_settings
from .models import Delivery, Issue, Outbox, SendingState
from .models.sending import OPEN_STATES
from .signals import issue_submitted
from .trouble import pause_if_doubtful
from .watching import watch_few_first


logger = logging.getLogger(__name__)

#: A scheduled issue that is later than this is held for the author instead of mailed (reliability N15).
HELD_AFTER_HOURS = 6

#: What an outbox mail said is kept so long, then emptied; its key stays, so that it is never written again.
OUTBOX_KEPT = timedelta(days=14)

ABANDONED = "The worker stopped before the answer came."

PURGE_EVERY_SECONDS = 3600

State = Issue.State


def recover_abandoned() -> int:
    """Mark attempts whose worker died as in doubt; return how many. They are not repeated unless the setting says so.

    Claimed rows whose lease is over need nothing: ``claim`` takes them again.
    """
    changes: dict[str, object] = {"state": SendingState.IN_DOUBT, "reason": ABANDONED}
    if get_settings().IN_DOUBT == "resend":
        changes = {"state": SendingState.PENDING, "reason": ABANDONED, "claim_token": "", "next_at": Now()}
    hit = list(Issue.objects.filter(pk__in=Delivery.objects.abandoned(Now()).values("issue")))
    number = sum(
        rows.abandoned(Now()).update(**changes) for rows in (Delivery.objects.all(), Outbox.objects.all())
    )
    for issue in hit:
        pause_if_doubtful(issue)
    return number


def start_due_issues() -> None:
    """Move scheduled issues on whose time has come by the database's clock; hold those that are far too late."""
    due = Issue.objects.filter(state=State.SCHEDULED, scheduled_at__lte=Now())
    too_late = due.filter(scheduled_at__lt=later(hours=-HELD_AFTER_HOURS))
    for issue in too_late:
        ask_for_pause(issue, reason="The scheduled time was missed by more than 6 hours.")
    due.update(state=State.PREPARING)


def prepare_waiting_issues() -> None:
    """Freeze each issue that waits for it; one that cannot be frozen is paused with the reason.

    Those that were prepared before and go to a few first are looked after as well.
    """
    for issue in Issue.objects.filter(state=State.PREPARING, prepared_at=None).order_by("pk"):
        try:
            _refuse_what_went_wrong_since(issue)
            prepare_issue(issue)
        except (OperationalError, InterfaceError):
            raise
        except IssueError as error:
            ask_for_pause(issue, reason=str(error))
        except Exception as error:
            logger.exception("onward_newsletter.prepare_failed", extra={"issue": issue.pk})
            ask_for_pause(issue, reason=f"The issue could not be prepared ({type(error).__name__}: {error}).")
    watch_few_first()


def _refuse_what_went_wrong_since(issue: Issue) -> None:
    """Look again at a scheduled issue: a page it links to may be gone by now, or its poll closed."""
    if issue.scheduled_at and (reason := first_error(issue)):
        raise IssueError(reason)


def finish_issues() -> None:
    """Close the books of issues that have no open row left."""
    open_rows = Delivery.objects.filter(issue=OuterRef("pk"), state__in=OPEN_STATES)
    for pk in Issue.objects.filter(~Exists(open_rows), state=State.SENDING).values_list("pk", flat=True):
        finish_issue(pk)
    _skip_leftovers_of_cancelled()


@transaction.atomic
def finish_issue(pk: int) -> bool:
    """Declare an issue submitted, with errors if some failed or are in doubt; refuse while a row is open.

    The issue is locked before its rows are counted, as whoever opens a row again locks it first.
    """
    issue = Issue.objects.select_for_update().filter(pk=pk, state=State.SENDING).first()
    rows = Delivery.objects.filter(issue=pk)
    if issue is None or rows.filter(state__in=OPEN_STATES).exists():
        return False
    troubled = rows.filter(state__in=(SendingState.FAILED, SendingState.IN_DOUBT)).exists()
    issue.state = State.SUBMITTED_WITH_ERRORS if troubled else State.SUBMITTED
    issue.finished_at = database_now()
    issue.save(update_fields=["state", "finished_at"])
    log(issue, "onward_newsletter.finish", data={"state": issue.state})
    transaction.on_commit(partial(issue_submitted.send_robust, sender=Issue, issue=issue))
    return True


def _skip_leftovers_of_cancelled() -> None:
    """Skip rows that a worker put back while the issue was being cancelled."""
    waiting = OPEN_STATES - {SendingState.SENDING}
    cancelled = Issue.objects.filter(
        Exists(Delivery.objects.filter(issue=OuterRef("pk"), state__in=waiting)), state=State.CANCELLED
    )
    for pk in cancelled.values_list("pk", flat=True):
        rows = Delivery.objects.filter(issue=pk, state__in=waiting)
        rows.update(state=SendingState.SKIPPED, reason="cancelled", claim_token="")


class _Purge:
    """Remembers when this process last emptied old mails."""

    last = float("-inf")


def purge_outbox() -> None:
    """Let go of what is 14 days old: settled mails of the outbox, and requests nobody confirmed. At most hourly."""
    if time.monotonic() - _Purge.last < PURGE_EVERY_SECONDS:
        return
    _Purge.last = time.monotonic()
    empty_old_mails()
    forget_unconfirmed(database_now())
    forget_unconfirmed_addresses(database_now())


def empty_old_mails() -> int:
    """Take the content and address out of old outbox mails; return how many."""
    old = Outbox.objects.filter(created_at__lt=database_now() - OUTBOX_KEPT).exclude(state__in=OPEN_STATES)
    return old.exclude(text="").update(subject="", text="", html="", headers={}, address="")
