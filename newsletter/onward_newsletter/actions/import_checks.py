"""The dry run of an import: every row of a file looked at, nothing imported.

A file of one batch is looked through at once. A larger one is left to whoever pumps: ``done`` says how many rows have
been looked at, and moves on by a conditional UPDATE, so a worker may be killed or meet another one without harm.
"""

import time
from collections import Counter
from dataclasses import replace
from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Concat

from onward_newsletter import doorbell
from onward_newsletter.models import SubscriberImport

from .import_rows import (
    REPORTED,
    Reading,
    importer_of,
    lay_down,
    report_lines,
    rows_of,
    take_up,
    told,
)
from .importing import BATCH, Import


State = SubscriberImport.State

#: A draft before any of its rows has been looked at.
UNCHECKED: dict[str, Any] = {"done": 0, "counts": {}, "report": "", "reason": ""}


def check_import(job: SubscriberImport) -> None:
    """Look through the rows of a draft from the first on: at once if they are few, else in the background.

    Raises UnreadableFile when no column holds addresses. Whatever becomes of it, the file stays.
    """
    next(rows_of(job), None)
    drafts = SubscriberImport.objects.filter(pk=job.pk, state=State.DRAFT)
    if drafts.update(state=State.CHECKING, **UNCHECKED):
        if job.total > BATCH:
            doorbell.ring()
        else:
            job.refresh_from_db()
            carry_on_check(job, time.monotonic())
    job.refresh_from_db()


def stop_check(job: SubscriberImport) -> None:
    """Make a draft again of what is being checked, so that its columns can be changed. Harmless at any time."""
    _to_draft(job.pk, **UNCHECKED)
    job.refresh_from_db()


def fail_check(pk: int, reason: str) -> None:
    """Make a draft again of a file that broke while it was looked through, and say why; the file stays."""
    _to_draft(pk, **UNCHECKED | {"reason": reason[:255]})


def _to_draft(pk: int, **changes: Any) -> None:
    SubscriberImport.objects.filter(pk=pk, state=State.CHECKING).update(state=State.DRAFT, **changes)


def carry_on_check(job: SubscriberImport, deadline: float) -> None:
    """Go on with a check until it is through or the time is over (``time.monotonic``); at least one batch.

    Nothing is locked while rows are looked at. When another worker was faster, the rest is left to that one.
    """
    importer = replace(importer_of(job), is_dry_run=True)
    reading = take_up(job)
    reading.go_to(job.done, importer)
    while _look_at_a_batch(job, importer, reading):
        if time.monotonic() >= deadline:
            lay_down(job, reading)
            return


def _look_at_a_batch(job: SubscriberImport, importer: Import, reading: Reading) -> bool:
    """Note what would become of the next rows; return whether there are more and they are ours."""
    rows = reading.batch()
    reports = importer.take(rows, reading.seen)
    lines = report_lines(reports, REPORTED - told(job.counts))
    counts = Counter(job.counts) + Counter(str(report.outcome) for report in reports)
    done = job.done + len(rows)
    changes: dict[str, Any] = {"done": done, "counts": dict(counts)}
    if lines:
        changes["report"] = Concat("report", Value(lines), output_field=TextField())
    is_over = done >= job.total or len(rows) < BATCH
    if is_over:
        changes |= {"state": State.DRAFT, "total": done}
    if not _ours(job).update(**changes):
        return False
    job.done, job.counts = done, changes["counts"]
    return not is_over


def _ours(job: SubscriberImport) -> Any:
    """Find the job as it was when these rows were looked at: an editor may have stopped it and chosen otherwise."""
    names = ("done", "columns", "is_confirmed", "consent_text")
    same = {name: getattr(job, name) for name in names}
    return SubscriberImport.objects.filter(pk=job.pk, state=State.CHECKING, **same)
