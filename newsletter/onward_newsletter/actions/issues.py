"""What an author does with an issue: send, schedule, pause, resume, cancel, and look at the books."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from onward_newsletter.models import Delivery, Issue, Outbox, Subscriber


Slots = dict[int, dict[str, str]]


class IssueError(Exception):
    """Something about an issue was refused; its text is for the author."""


class AlreadySending(IssueError):
    """The issue is on its way, or through."""


class NothingToSend(IssueError):
    """Nobody would get the issue."""


class IssueNotReady(IssueError):
    """The issue's state does not allow this, or its time has passed."""


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


def send_issue(issue: Issue) -> Issue: ...
def schedule_issue(issue: Issue, when: datetime, zone: ZoneInfo) -> Issue: ...
def prepare_issue(
    issue: Issue, *, audience_slots: Callable[[Sequence[Subscriber]], Slots] | None = None
) -> bool: ...
def pause_issue(issue: Issue, *, reason: str = "") -> Issue: ...
def resume_issue(issue: Issue) -> Issue: ...
def cancel_issue(issue: Issue) -> Issue: ...
def send_test(issue: Issue, address: str) -> Outbox | None: ...
def issue_books(issue: Issue) -> Books: ...
def count_audience(issue: Issue) -> int: ...
def resend_in_doubt(deliveries: Sequence[Delivery]) -> int: ...
def settle_in_doubt(deliveries: Sequence[Delivery]) -> int: ...
