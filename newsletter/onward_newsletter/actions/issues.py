"""What an author does with an issue: send, schedule, pause, resume, cancel, and look at the books."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from functools import partial
from math import ceil
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from onward_newsletter import doorbell
from onward_newsletter.addresses import InvalidAddress, normalise_address
from onward_newsletter.audience import AudienceSlots, audience, count_people, insert_deliveries
from onward_newsletter.clock import database_now
from onward_newsletter.lanes import is_used_up
from onward_newsletter.models import Delivery, Issue, SendingState
from onward_newsletter.models.sending import OPEN_STATES
from onward_newsletter.signals import issue_prepared

from .composing import compose_issue, first_error
from .in_doubt import resend_in_doubt, settle_in_doubt
from .notices import one_line
from .quotations import content_hash
from .telling import tell_author
from .testing import send_test


__all__ = [
    "AlreadySending",
    "Books",
    "IssueError",
    "IssueNotReady",
    "NothingToSend",
    "ask_for_pause",
    "cancel_issue",
    "count_audience",
    "issue_books",
    "issue_status",
    "move_issue",
    "pause_issue",
    "prepare_issue",
    "refuse_unready",
    "resend_in_doubt",
    "resume_issue",
    "schedule_issue",
    "send_issue",
    "send_test",
    "settle_in_doubt",
]

State = Issue.State

#: The rate and the time left are taken from this much of the recent past.
RATE_WINDOW = timedelta(seconds=60)


class IssueError(Exception):
    """Something about an issue was refused; its text is for the author."""


class AlreadySending(IssueError):
    """The issue is on its way, or through."""


class NothingToSend(IssueError):
    """Nobody would get the issue."""


class IssueNotReady(IssueError):
    """The issue's state does not allow this, or something about it is missing."""


@dataclass(frozen=True)
class Books:
    """An issue's ledger in numbers: candidates = submitted + failed + skipped + in_doubt + open."""

    candidates: int
    submitted: int
    failed: int
    skipped: int
    in_doubt: int
    open: int
    #: Messages a second over the last minute.
    rate_per_s: float
    #: Seconds until the last one at that rate; None while nothing moves.
    eta_s: int | None
    #: Whether the newsletter's limit for today (UTC) is used up.
    goes_on_tomorrow: bool = False

    @property
    def is_balanced(self) -> bool:
        """Whether every candidate is accounted for, exactly once."""
        return self.candidates == self.submitted + self.failed + self.skipped + self.in_doubt + self.open


def send_issue(issue: Issue) -> Issue:
    """Send a draft now: a worker prepares it and hands it over. Of any number of calls exactly one does it.

    Raises AlreadySending when the issue is on its way or through, NothingToSend when nobody would get it,
    IssueNotReady when it was cancelled, has no subject, or has an error that ``check_issue`` finds.
    """
    refuse_unready(issue)
    if not move_issue(issue, (State.DRAFT, State.SCHEDULED), State.PREPARING):
        raise _why_not_sendable(issue)
    doorbell.ring()
    return issue


def schedule_issue(issue: Issue, when: datetime, zone: ZoneInfo) -> Issue:
    """Send a draft at a time of day in a zone; stored in UTC, decided by the database's clock.

    A ``when`` without a zone is read as the wall clock of ``zone``. Where the clock is put forward, a time in the gap
    means the same time by the old clock, an hour later by the new one; where it is put back, the first of the two.
    Raises like ``send_issue``, and IssueNotReady for a time that has passed.
    """
    moment = (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    if moment <= database_now():
        raise IssueNotReady(_("That time has passed. Choose a later one, or send now."))
    refuse_unready(issue)
    changes = {"scheduled_at": moment, "schedule_zone": zone.key}
    if not move_issue(issue, (State.DRAFT, State.SCHEDULED), State.SCHEDULED, **changes):
        raise _why_not_sendable(issue)
    return issue


def refuse_unready(issue: Issue) -> None:
    """Raise IssueNotReady without a subject, and NothingToSend when a draft has nobody to go to."""
    if not one_line(issue.subject):
        raise IssueNotReady(_("The issue has no subject. Write one, then send."))
    if issue.state not in (State.DRAFT, State.SCHEDULED):
        return
    if not audience(issue).exists():
        raise NothingToSend(_("Nobody is subscribed to this yet, so nothing was sent."))
    if reason := first_error(issue):
        raise IssueNotReady(reason)


def _why_not_sendable(issue: Issue) -> IssueError:
    if issue.state == State.CANCELLED:
        return IssueNotReady(_("This issue was cancelled, so it cannot be sent."))
    return AlreadySending(_("This issue is already being sent, or has been sent."))


def move_issue(issue: Issue, sources: Iterable[str], to: str, **changes: object) -> bool:
    """Change the state if it is one of ``sources`` at this moment, and show the truth in ``issue`` either way."""
    changes = {"state": to, "state_reason": "", **changes}
    moved = Issue.objects.filter(pk=issue.pk, state__in=list(sources)).update(**changes)
    issue.refresh_from_db()
    return moved == 1


def prepare_issue(issue: Issue, *, audience_slots: AudienceSlots | None = None) -> bool:
    """Freeze the content and write one delivery for each person, in one transaction; then the issue is sending.

    Workers call this for issues that are ``preparing``. Returns False when another one was faster. ``audience_slots``
    replaces the hook ``onward_newsletter_audience_slots``. Raises NothingToSend and IssueNotReady.
    """
    _clean(issue)
    rendered = compose_issue(issue)
    with transaction.atomic():
        locked = _lock_to_prepare(issue.pk)
        if locked is None:
            return False
        _freeze(locked, rendered.html, rendered.text)
        locked.candidate_count = insert_deliveries(locked, audience_slots)
        if not locked.candidate_count:
            raise NothingToSend(_("Nobody is subscribed to this any more."))
        locked.prepared_at, locked.state = database_now(), State.SENDING
        locked.save()
        log(locked, "onward_newsletter.prepare", data={"candidates": locked.candidate_count})
        transaction.on_commit(partial(issue_prepared.send_robust, sender=Issue, issue=locked))
    issue.refresh_from_db()
    return True


def _clean(issue: Issue) -> None:
    """Take control characters out of what goes into headers, so that nobody's paste can stop or bend a mail."""
    issue.subject = one_line(issue.subject)
    issue.newsletter.name = one_line(issue.newsletter.name)
    issue.newsletter.sender_name = one_line(issue.newsletter.sender_name)


def _lock_to_prepare(pk: int) -> Issue | None:
    can_skip = connection.features.has_select_for_update_skip_locked
    rows = Issue.objects.select_for_update(skip_locked=can_skip, of=("self",) if can_skip else ())
    return rows.select_related("newsletter").filter(pk=pk, state=State.PREPARING, prepared_at=None).first()


def _freeze(issue: Issue, html: str, text: str) -> None:
    newsletter = issue.newsletter
    issue.subject, issue.html, issue.text = one_line(issue.subject), html, text
    issue.from_header = issue.from_header or _from_header(newsletter.sender_name, newsletter.sender_address)
    issue.reply_to = issue.reply_to or newsletter.reply_to
    issue.content_sha256 = content_hash(issue)
    issue.page_revision_id = getattr(issue.page, "live_revision_id", None)


def _from_header(name: str, address: str) -> str:
    try:
        normalise_address(address)
        return str(Address(display_name=one_line(name), addr_spec=address))
    except (InvalidAddress, ValueError):
        message = _("The newsletter's sender address %(address)s is not usable. Correct it, then resume.")
        raise IssueNotReady(message % {"address": address}) from None


def pause_issue(issue: Issue, *, reason: str = "") -> Issue:
    """Stop before the next message of each worker; what is in flight is finished. Harmless when paused already."""
    if not ask_for_pause(issue, reason=reason) and issue.state != State.PAUSED:
        raise IssueNotReady(_("Only an issue that is scheduled or being sent can be paused."))
    return issue


def ask_for_pause(issue: Issue, *, reason: str) -> bool:
    """Pause an issue if it can be paused, for workers: return whether it changed, and tell the author why."""
    sources = (State.SCHEDULED, State.PREPARING, State.SENDING)
    if not move_issue(issue, sources, State.PAUSED, state_reason=one_line(reason)[:255]):
        return False
    if reason:
        log(issue, "onward_newsletter.stop", data={"reason": issue.state_reason})
        if issue.created_by and issue.created_by.email:
            tell_author(issue)
    return True


def resume_issue(issue: Issue) -> Issue:
    """Go on with the rest of a paused issue. Harmless when it is running already.

    An issue that was not prepared yet, as one that was held because its time was missed, is prepared and sent now.
    """
    goes_to = State.SENDING if issue.prepared_at else State.PREPARING
    if not move_issue(issue, (State.PAUSED,), goes_to) and issue.state not in (
        State.SENDING,
        State.PREPARING,
    ):
        raise IssueNotReady(_("Only a paused issue can be resumed."))
    doorbell.ring()
    return issue


@transaction.atomic
def cancel_issue(issue: Issue) -> Issue:
    """End an issue for good: what has not been handed over is skipped. Harmless when it was cancelled already."""
    sources = (State.DRAFT, State.SCHEDULED, State.PREPARING, State.SENDING, State.PAUSED)
    changes = {"finished_at": database_now()}
    if not move_issue(issue, sources, State.CANCELLED, **changes) and issue.state != State.CANCELLED:
        raise IssueNotReady(_("This issue has been sent, so it cannot be cancelled."))
    waiting = Delivery.objects.filter(issue=issue, state__in=OPEN_STATES - {SendingState.SENDING})
    waiting.update(state=SendingState.SKIPPED, reason="cancelled", claim_token="")
    return issue


def issue_books(issue: Issue) -> Books:
    """Return the ledger of an issue as it stands now, derived from its rows; ``issue`` may be out of date."""
    candidates = Issue.objects.values_list("candidate_count", flat=True).get(pk=issue.pk)
    rows = Delivery.objects.filter(issue=issue.pk)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    still_open = sum(counts.get(state, 0) for state in OPEN_STATES)
    rate = _rate(rows) if still_open else 0.0
    waits = bool(still_open) and is_used_up(issue.newsletter)
    return Books(
        candidates=candidates or 0,
        submitted=counts.get(SendingState.SUBMITTED, 0),
        failed=counts.get(SendingState.FAILED, 0),
        skipped=counts.get(SendingState.SKIPPED, 0),
        in_doubt=counts.get(SendingState.IN_DOUBT, 0),
        open=still_open,
        rate_per_s=round(rate, 1),
        eta_s=ceil(still_open / rate) if rate and not waits else None,
        goes_on_tomorrow=waits,
    )


def _rate(rows: QuerySet[Delivery]) -> float:
    now = database_now()
    recent = rows.filter(state=SendingState.SUBMITTED, submitted_at__gt=now - RATE_WINDOW)
    found = recent.aggregate(number=Count("pk"), first=Min("submitted_at"))
    if not found["number"]:
        return 0.0
    return float(found["number"] / max((now - found["first"]).total_seconds(), 1.0))


def issue_status(issue: Issue) -> dict[str, object]:
    """Return what ``issue_status --json`` prints: id, state and the books by name, and nothing else: scripts rely on it."""
    books = asdict(issue_books(issue))
    del books["goes_on_tomorrow"]
    return {"id": issue.pk, "state": issue.state, **books}


def count_audience(issue: Issue) -> int:
    """Return how many people would get the issue if it were sent now."""
    return count_people(issue)
