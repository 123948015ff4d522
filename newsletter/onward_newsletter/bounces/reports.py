"""From a mail that came back to what it says: RFC 3464, RFC 5965, and the older forms of qmail and Exim.

Whoever writes such a mail may write anything into it. It counts only if it carries the Message-ID of a mail of ours,
which holds 128 bits that nobody but us and the mail's readers knows.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, message_from_string, policy
from email.message import Message
from email.utils import parsedate_to_datetime

from django.utils import timezone

from onward_newsletter.actions.events import SOFT_BOUNCED

from .severity import is_final, status_in


#: No more is read of any mail; a report says what it has to say before the copy it returns.
MAX_BYTES = 1024 * 1024
MAX_TEXT = 64 * 1024

#: The shape that ``messages.message_id`` gives.
OURS = re.compile(r"<?\b((?:outbox|\d{1,19})\.[0-9a-f]{32}@[a-z0-9.-]{1,200})\b>?", re.I)
OURS_IN_A_COPY = re.compile(r"^[ \t>]*(?:X-Google-Original-)?Message-ID:\s*" + OURS.pattern, re.I | re.M)

MACHINE = re.compile(r"mailer-?daemon|postmaster|mail delivery|mail-daemon", re.I)
DELAY = re.compile(
    r"\bdelay|warning: (?:could not send|message)|will (?:keep|continue) trying|still being retried", re.I
)
COPY_BEGINS = re.compile(r"^-{2,}.*(?:copy of|original|returned) (?:the |your )?message.*$", re.I | re.M)

RETURNED = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
    }
)
SPAM_REPORT = "message/feedback-report"
COMPLAINTS = frozenset({"abuse", "fraud", "virus", "complaint"})

#: From an RFC 3464 action to Anymail's word; "failed" is looked at more closely.
ACTIONS = {"delayed": "deferred", "delivered": "delivered", "relayed": "sent", "expanded": "sent"}
#: The mildest first: of several recipients behind one address, one that got the mail is enough.
MILDNESS = ("delivered", "sent", "deferred", SOFT_BOUNCED, "bounced")

OLDEST = timedelta(days=30)


class Unreadable(ValueError):
    """The bytes are no mail that can be taken apart."""


@dataclass(frozen=True)
class Report:
    """What a returned mail says about one mail of ours."""

    event_type: str
    #: Without angle brackets.
    message_id: str
    #: The same for the same report, however often it is read.
    report_id: str
    occurred_at: datetime | None
    reject_reason: str = ""
    description: str = ""
    recipient: str = ""


@dataclass(frozen=True)
class _Verdict:
    event_type: str
    description: str = ""
    recipient: str = ""


def read_report(raw: bytes) -> Report | None:
    """Return what a mail reports about one of ours; None for automatic replies, and for all other mail.

    Only the first MAX_BYTES count. Raises Unreadable for bytes that no mail program would show either.
    """
    try:
        mail = message_from_bytes(raw[:MAX_BYTES], policy=policy.compat32)
        return _read(mail, raw)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreadable(f"The mail cannot be taken apart ({type(error).__name__}).") from error


def _read(mail: Message, raw: bytes) -> Report | None:
    report = _report_part(mail)
    verdict = (_complaint(report) or _statuses(report)) if report else None
    message_id = _returned_id(_parts(report)) or _answered_id(mail) if report else ""
    if (verdict is None or not message_id) and _is_from_a_machine(mail) and not _is_about_spam(report):
        words = _words(report or mail)
        verdict, message_id = verdict or _plain(mail, words), message_id or _first(OURS_IN_A_COPY, words)
    if verdict is None or not message_id:
        return None
    return Report(
        event_type=verdict.event_type,
        message_id=message_id,
        report_id=_identity(mail, raw),
        occurred_at=_date(mail),
        reject_reason=_reason(verdict.event_type),
        description=verdict.description[:500],
        recipient=verdict.recipient,
    )


def _reason(event_type: str) -> str:
    return {"bounced": "bounced", SOFT_BOUNCED: "other", "complained": "spam"}.get(event_type, "")


def _parts(mail: Message | None) -> Sequence[Message]:
    """Return the parts right below, and never those of a mail inside the mail."""
    content = mail.get_payload() if mail is not None and mail.is_multipart() else []
    return [part for part in content if isinstance(part, Message)] if isinstance(content, list) else []


def _report_part(mail: Message) -> Message | None:
    """Return the report: the mail itself, or its first part where a gateway has wrapped it."""
    candidates = [mail, *_parts(mail)[:1]] if mail.get_content_type() == "multipart/mixed" else [mail]
    return next((part for part in candidates if part.get_content_type() == "multipart/report"), None)


def _is_about_spam(report: Message | None) -> bool:
    return any(part.get_content_type() == SPAM_REPORT for part in _parts(report))


def _complaint(report: Message) -> _Verdict | None:
    """Read an RFC 5965 report; other kinds than complaints, such as "not-spam", say nothing to us."""
    for part in _parts(report):
        if part.get_content_type() == SPAM_REPORT:
            fields = _fields(part)
            kind = (fields["Feedback-Type"] or "").strip().lower()
            recipient = _bare(fields["Original-Rcpt-To"] or "")
            if kind in COMPLAINTS:
                return _Verdict("complained", kind, recipient)
            return _Verdict("unsubscribed", kind, recipient) if kind.startswith("opt-out") else None
    return None


def _fields(part: Message) -> Message:
    """Return a part's text as header fields; the parser makes a mail of some of these parts, and text of others."""
    inner = _parts(part)
    return inner[0] if inner else message_from_string(_decoded(part).lstrip())


def _statuses(report: Message) -> _Verdict | None:
    found = [
        verdict
        for part in _parts(report)
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}
        for block in _parts(part)
        if (verdict := _status(block))
    ]
    return min(found, key=lambda verdict: MILDNESS.index(verdict.event_type), default=None)


def _status(block: Message) -> _Verdict | None:
    """Read what is said about one recipient; None for the fields about the whole mail."""
    action = str(block["Action"] or "").strip().lower()
    recipient = _bare(str(block["Original-Recipient"] or block["Final-Recipient"] or ""))
    status = status_in(str(block["Status"] or ""))
    words = " ".join(str(block["Diagnostic-Code"] or "").split())
    if action in ACTIONS:
        return _Verdict(ACTIONS[action], words or status, recipient)
    if action != "failed":
        return None
    kind = "bounced" if is_final(status, words) else SOFT_BOUNCED
    return _Verdict(kind, " ".join(filter(None, (status, words))), recipient)


def _bare(field: str) -> str:
    return field.rpartition(";")[2].strip().strip("<>")[:254]


def _returned_id(parts: Iterable[Message]) -> str:
    for part in parts:
        if part.get_content_type() in RETURNED:
            fields = _fields(part)
            for name in ("Message-ID", "X-Google-Original-Message-ID"):
                if found := _first(OURS, str(fields[name] or "")):
                    return found
    return ""


def _answered_id(mail: Message) -> str:
    """Return the Message-ID that a report answers, for servers that return no copy."""
    return _first(OURS, str(mail["In-Reply-To"] or "")) or _first(OURS, str(mail["References"] or ""))


def _is_from_a_machine(mail: Message) -> bool:
    sender = str(mail["From"] or "")
    is_null = str(mail["Return-Path"] or "").strip() == "<>"
    return is_null or "X-Failed-Recipients" in mail or bool(MACHINE.search(sender))


def _plain(mail: Message, words: str) -> _Verdict | None:
    """Read a bounce written for people: what stands before the copy of our mail."""
    said = COPY_BEGINS.split(words, maxsplit=1)[0]
    if _is_automatic_reply(mail) or not (said.strip() and OURS_IN_A_COPY.search(words)):
        return None
    recipient = _bare(str(mail["X-Failed-Recipients"] or "").partition(",")[0])
    if DELAY.search(str(mail["Subject"] or "")):
        return _Verdict("deferred", "", recipient)
    kind = "bounced" if is_final(status_in(said), said) else SOFT_BOUNCED
    return _Verdict(kind, " ".join(said.split())[-300:], recipient)


def _is_automatic_reply(mail: Message) -> bool:
    """Whether it is a person's absence notice, which machines send with an empty envelope too (RFC 3834)."""
    if "X-Failed-Recipients" in mail or MACHINE.search(str(mail["From"] or "")):
        return False
    automatic = str(mail["Auto-Submitted"] or "").strip().lower().startswith("auto-replied")
    return automatic or "X-Autoreply" in mail or "X-Autorespond" in mail


def _words(mail: Message) -> str:
    texts = [
        part for part in (_parts(mail) or [mail]) if part.get_content_type() in {"text/plain", *RETURNED}
    ]
    return "\n".join(_text(part) for part in texts)[:MAX_TEXT]


def _text(part: Message) -> str:
    inner = _parts(part)
    return f"Message-ID: {inner[0]['Message-ID']}" if inner else _decoded(part)


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1].lower() if found else ""


def _identity(mail: Message, raw: bytes) -> str:
    own = str(mail["Message-ID"] or "").strip()
    return hashlib.sha256(own.encode("utf-8", "replace") or raw[:MAX_BYTES]).hexdigest()


def _date(mail: Message) -> datetime | None:
    """Return when the report was written, if that can be true; the clocks of strangers may say anything."""
    try:
        written = parsedate_to_datetime(str(mail["Date"] or ""))
    except (TypeError, ValueError, OverflowError):
        return None
    if written.tzinfo is None:
        return None
    now = timezone.now()
    return written if now - OLDEST <= written <= now else None
