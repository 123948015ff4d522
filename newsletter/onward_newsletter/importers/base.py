"""What a reader of somebody's export file has to say, and what comes out of it: rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise


class Standing(StrEnum):
    """How somebody stood with whoever wrote the file."""

    #: Wanted the mail.
    ACTIVE = "active"
    #: Was asked, and had not answered yet.
    PENDING = "pending"
    #: Left by their own wish.
    LEFT = "left"
    #: The address did not take mail.
    BOUNCED = "bounced"
    #: Marked mail as spam.
    COMPLAINED = "complained"
    #: Was shut out by the other program or its editor.
    BLOCKED = "blocked"
    #: Had left this very newsletter; only our own files say so.
    ENDED = "ended"


@dataclass(frozen=True)
class Row:
    """One line of a file: where it stands and what it says. Times are aware; texts are as they stand in the file."""

    line: int
    typed: str
    #: Set when the row could not be read at all.
    problem: str = ""
    standing: Standing = Standing.ACTIVE
    asked_at: datetime | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    #: Slug of a topic, when the file has one for each row.
    topic: str = ""
    consent_text: str = ""
    consent_page: str = ""
    source: str = ""
    reason: str = ""


def wants_mail(cells: Mapping[str, str]) -> Standing:
    """Return ACTIVE: a file that says nothing else is a list of people who want the mail."""
    return Standing.ACTIVE


@dataclass(frozen=True)
class Format:
    """How the export files of one program are recognised and read. Headings are in lower case."""

    key: str
    title: str | Promise
    #: A file is this program's when it has all headings of one of these sets.
    marks: tuple[frozenset[str], ...] = ()
    #: What a column holds, to the headings it may have, the likeliest first.
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: What a row's cells by heading say about somebody's standing.
    standing: Callable[[Mapping[str, str]], Standing] = wants_mail
    #: Whether texts may carry the quotation mark of ``safe_cell``, which is taken away again.
    is_quoted: bool = False
    #: A sentence for the editor about what the file does not say.
    note: str | Promise = ""

    def fits(self, headings: frozenset[str]) -> bool:
        return any(mark <= headings for mark in self.marks)


def is_true(text: str) -> bool:
    """Return whether a cell says yes, in the ways export files do."""
    return text.strip().lower() in {"true", "t", "1", "yes", "y"}


def parse_time(text: str) -> datetime | None:
    """Return the time in a cell, in UTC unless it names a zone; None for anything else."""
    text = text.strip()
    try:
        when = parse_datetime(text)
        if when is None and (day := parse_date(text)):
            when = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if when is None:
            return None
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
