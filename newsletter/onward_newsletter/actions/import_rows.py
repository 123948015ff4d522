"""The rows of an uploaded file, and what is said of those that stay out."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from onward_newsletter.importers import FORMATS, Row, open_list
from onward_newsletter.importers.files import List
from onward_newsletter.models import SubscriberImport

from .importing import BATCH, Import, Outcome, Place, RowReport


#: Rows listed in the report of one import at most.
REPORTED = 10_000

#: What is said of rows that stay out without a reason of their own.
REASONS: dict[Outcome, Callable[[], str]] = {
    Outcome.SUPPRESSED: lambda: _("No mail goes to this address: it is suppressed."),
    Outcome.UNSUBSCRIBED: lambda: _("This person left this newsletter."),
}

#: Outcomes of rows that stand in the report.
TOLD = frozenset({Outcome.REFUSED, Outcome.LEFT, *REASONS})


def list_of(job: SubscriberImport) -> List:
    """Open the file of an import anew. Raises UnreadableFile, also when the file has been let go of."""
    return open_list(io.BytesIO(bytes(job.content)))


def rows_of(job: SubscriberImport) -> Iterator[Row]:
    """Yield the rows of an import's file as its columns are chosen. Raises UnreadableFile."""
    return list_of(job).rows(FORMATS[job.format], job.columns)


def importer_of(job: SubscriberImport) -> Import:
    """Return where the rows go, and on whose consent."""
    consent = job.consent_text.strip() if job.is_confirmed else ""
    return Import(job.newsletter, job.topic, consent, keeps_out=job.keeps_out)


def told(counts: dict[str, int]) -> int:
    """Return how many of the rows in {outcome: rows} stand in the report, or would if it had no end."""
    return sum(number for outcome, number in counts.items() if outcome in TOLD)


def report_lines(reports: list[RowReport], limit: int) -> str:
    """Return CSV lines for at most ``limit`` of the rows that stayed out; no address is in them."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    for report in [report for report in reports if report.outcome in TOLD][: max(limit, 0)]:
        reason = report.reason or REASONS.get(report.outcome, str)()
        write([report.line, report.outcome, reason])
    return text.getvalue()


@dataclass
class Reading:
    """A file that is open at a place: the rows from there on, and whom those before it were about."""

    rows: Iterator[Row]
    position: int = 0
    seen: set[Place] = field(default_factory=set)

    def go_to(self, position: int, importer: Import | None = None) -> None:
        """Pass over the rows before ``position``; with an importer, remember whom they are about."""
        while self.position < position:
            rows = list(islice(self.rows, min(BATCH, position - self.position)))
            if not rows:
                return
            self.position += len(rows)
            if importer:
                self.seen |= importer.places(rows)

    def batch(self) -> list[Row]:
        """Return the next rows, none at the end."""
        rows = list(islice(self.rows, BATCH))
        self.position += len(rows)
        return rows


#: The file that this process was last at, so that going on with it need not begin at its first line. Whoever goes on
#: takes it out, so no two threads read the same; any other process opens the file anew.
_laid_down: dict[tuple[Any, ...], Reading] = {}


def take_up(job: SubscriberImport) -> Reading:
    """Return the file of an import where this process laid it down, or else at its beginning. Raises UnreadableFile."""
    reading = _laid_down.pop(_file(job), None)
    return reading if reading and reading.position <= job.done else Reading(rows_of(job))


def lay_down(job: SubscriberImport, reading: Reading) -> None:
    """Keep a file open for the next call, and no other."""
    forget_files()
    _laid_down[_file(job)] = reading


def forget_files() -> None:
    """Let go of what was laid down: it is full of addresses."""
    _laid_down.clear()


def _file(job: SubscriberImport) -> tuple[Any, ...]:
    """Return what makes the rows what they are; a check and an import of the same file are two readings."""
    is_check = job.state == SubscriberImport.State.CHECKING
    return job.pk, job.created_at, is_check, tuple(sorted(job.columns.items()))
