"""Take in one mail that came back, or all that lie in a mailbox."""

import logging
from collections import Counter
from collections.abc import Callable
from enum import Enum

from onward_newsletter.actions.events import Outcome, record_event

from .mailbox import Mailbox
from .reports import Unreadable, read_report


logger = logging.getLogger(__name__)

PROVIDER = "mailbox"


class Reading(Enum):
    """What became of one mail."""

    #: It reported something new about a mail of ours.
    RECORDED = "recorded"
    #: It had been read before.
    KNOWN = "known"
    #: It is no report, or an automatic reply.
    NO_REPORT = "no report"
    #: It reports something about a mail that is not ours.
    NOT_OURS = "not ours"
    #: It cannot be taken apart.
    UNREADABLE = "unreadable"


_READINGS = {
    Outcome.RECORDED: Reading.RECORDED,
    Outcome.KNOWN: Reading.KNOWN,
    Outcome.UNKNOWN: Reading.NOT_OURS,
    Outcome.IGNORED: Reading.NO_REPORT,
}


def take_in(raw: bytes) -> Reading:
    """Read one mail and act upon what it reports. When this returns, it is committed; errors of the database pass."""
    try:
        report = read_report(raw)
    except Unreadable:
        return Reading.UNREADABLE
    if report is None:
        return Reading.NO_REPORT
    outcome = record_event(
        provider=PROVIDER,
        event_id=f"{report.event_type}:{report.message_id.partition('@')[0]}:{report.report_id}",
        event_type=report.event_type,
        message_id=report.message_id,
        occurred_at=report.occurred_at,
        reject_reason=report.reject_reason,
        description=report.description,
        recipient=report.recipient,
    )
    return _READINGS[outcome]


def read_mailbox(
    url: str,
    *,
    delete: bool = False,
    limit: int = 1000,
    note: Callable[[int, int], None] = lambda done, total: None,
) -> Counter[Reading]:
    """Take in the unread mail of an IMAP folder, ``imaps://user:password@host/folder``; return how many of each.

    Each mail is marked as read once what it says is committed; with ``delete``, reports about our mail are deleted
    then instead. The rest stays for a person to look at. ``note`` is told of the progress. A run that is cut short is
    gone on with by the next. Raises MailboxError.
    """
    counts: Counter[Reading] = Counter()
    with Mailbox(url) as mailbox:
        unread = mailbox.unread()[:limit]
        for done, uid in enumerate(unread, start=1):
            reading = take_in(mailbox.fetch(uid))
            is_done_with = reading in (Reading.RECORDED, Reading.KNOWN)
            mailbox.mark(uid, deleted=delete and is_done_with)
            counts[reading] += 1
            note(done, len(unread))
    if counts[Reading.UNREADABLE]:
        logger.warning("onward_newsletter.unreadable_reports", extra={"number": counts[Reading.UNREADABLE]})
    return counts
