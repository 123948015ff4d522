"""Imports from the admin: laid in by an editor, worked through by whoever pumps, a batch at a time.

The database is the queue: ``done`` says how many rows are in, and moves with them in one transaction. So a worker may
be killed at any moment, and any number of them may work, without a row being taken twice or lost.
"""

import csv
import io
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from onward_newsletter import doorbell
from onward_newsletter.clock import database_now
from onward_newsletter.importers import FORMATS, Row, UnreadableFile, guess_columns, open_list, recognise
from onward_newsletter.importers.files import List
from onward_newsletter.models import Newsletter, SubscriberImport, Topic

from .importing import BATCH, Import, Outcome, RowReport


logger = logging.getLogger(__name__)

State = SubscriberImport.State

#: States in which a worker has something to do.
MOVING = (State.WAITING, State.RUNNING)

#: The largest file taken, in bytes; over 300,000 addresses.
MAX_BYTES = 20 * 1024 * 1024

#: Rows shown before the start, and rows listed in the report.
SHOWN, REPORTED = 10, 10_000

#: A file that nobody started is let go of after this time, because it is full of addresses.
DRAFT_LASTS = timedelta(days=1)

#: What is said of rows that stay out without a reason of their own.
REASONS: dict[Outcome, Callable[[], str]] = {
    Outcome.SUPPRESSED: lambda: _("No mail goes to this address: it is suppressed."),
    Outcome.UNSUBSCRIBED: lambda: _("This person left this newsletter."),
}


class ImportRefused(Exception):
    """The import cannot be laid in, started or cancelled; its text is for the editor."""


@transaction.atomic
def lay_in(
    newsletter: Newsletter, topic: Topic | None, file_name: str, content: bytes, user: Any = None
) -> SubscriberImport:
    """Keep an uploaded file as a draft, with its format and columns guessed; nothing is imported yet.

    Raises UnreadableFile for what is no list, ImportRefused for a file that is too large or a topic of another
    newsletter.
    """
    if len(content) > MAX_BYTES:
        sentence = _(
            "This file has more than %(number)d MB. Split it, or use the command import_subscribers."
        )
        raise ImportRefused(sentence % {"number": MAX_BYTES >> 20})
    if topic is not None and topic.newsletter_id != newsletter.pk:
        raise ImportRefused(_("That topic belongs to another newsletter."))
    list_ = open_list(io.BytesIO(content))
    format_ = recognise(list_.headings)
    job = SubscriberImport.objects.create(
        newsletter=newsletter,
        topic=topic,
        file_name=file_name[:255],
        content=content,
        format=format_.key,
        columns=guess_columns(format_, list_),
        created_by=user,
    )
    if "address" in job.columns:
        look_through(job)
    return job


def list_of(job: SubscriberImport) -> List:
    """Open the file of an import anew. Raises UnreadableFile, also when the file has been let go of."""
    return open_list(io.BytesIO(bytes(job.content)))


def first_rows(job: SubscriberImport) -> list[tuple[Row, RowReport]]:
    """Return the first SHOWN rows, each with what would become of it. Raises UnreadableFile."""
    rows = list(islice(_rows(job), SHOWN))
    return list(zip(rows, replace(_importer(job), is_dry_run=True).take(rows, set()), strict=True))


def look_through(job: SubscriberImport) -> None:
    """Go through the whole file without importing, and note what would become of its rows. Raises UnreadableFile."""
    dry = replace(_importer(job), is_dry_run=True)
    counts = Counter(str(report.outcome) for report in dry.run(_rows(job)))
    job.counts, job.total = dict(counts), counts.total()
    drafts = SubscriberImport.objects.filter(pk=job.pk, state=State.DRAFT)
    drafts.update(counts=job.counts, total=job.total)


def choose(
    job: SubscriberImport, *, columns: dict[str, str], consent: str = "", keeps_out: bool = False
) -> None:
    """Say what a draft's columns hold and whether their owners agreed to ``consent``; look through it again.

    ``columns`` is {what: heading}. Raises ImportRefused when it is no draft, UnreadableFile without an address column.
    """
    job.columns, job.keeps_out = columns, keeps_out
    job.is_confirmed, job.consent_text = bool(consent.strip()), consent.strip()[:255]
    names = ("columns", "keeps_out", "is_confirmed", "consent_text")
    drafts = SubscriberImport.objects.filter(pk=job.pk, state=State.DRAFT)
    if not drafts.update(**{name: getattr(job, name) for name in names}):
        raise ImportRefused(_("This import has been started or cancelled already."))
    look_through(job)


def start_import(job: SubscriberImport) -> None:
    """Hand a draft to the workers. Raises ImportRefused unless it is a draft with rows, UnreadableFile as above."""
    if not job.total:
        raise ImportRefused(_("There is no row in this file."))
    drafts = SubscriberImport.objects.filter(pk=job.pk, state=State.DRAFT)
    if not drafts.update(state=State.WAITING, counts={}):
        raise ImportRefused(_("This import has been started or cancelled already."))
    job.refresh_from_db()
    transaction.on_commit(doorbell.ring)


def cancel_import(job: SubscriberImport) -> None:
    """Stop an import and let go of its file; rows that are in stay. Raises ImportRefused when it is over."""
    open_ones = SubscriberImport.objects.filter(pk=job.pk, state__in=(State.DRAFT, *MOVING))
    if not open_ones.update(state=State.CANCELLED, content=b"", finished_at=database_now()):
        raise ImportRefused(_("This import is over already."))
    job.refresh_from_db()


def carry_on_imports(*, limit_seconds: float) -> int:
    """Work on imports that were started, for at most about this long; return how many are not done yet.

    At least one batch is taken, so that the shortest calls come to an end too. Raises what the database raises.
    """
    deadline = time.monotonic() + limit_seconds
    forgotten = SubscriberImport.objects.filter(
        state=State.DRAFT, created_at__lt=database_now() - DRAFT_LASTS
    )
    forgotten.update(state=State.CANCELLED, content=b"", finished_at=database_now())
    for pk in SubscriberImport.objects.filter(state__in=MOVING).order_by("pk").values_list("pk", flat=True):
        _work_on(pk, deadline)
        if time.monotonic() >= deadline:
            break
    return SubscriberImport.objects.filter(state__in=MOVING).count()


def _work_on(pk: int, deadline: float) -> None:
    job = SubscriberImport.objects.select_related("newsletter", "topic").get(pk=pk)
    try:
        rows, position = _rows(job), 0
        importer = _importer(job)
        while (done := _take_batch(job.pk, importer, rows, position)) is not None:
            position = done
            if time.monotonic() >= deadline:
                break
    except (OperationalError, InterfaceError):
        raise
    except UnreadableFile as error:
        _fail(pk, str(error))
    except Exception as error:
        logger.exception("onward_newsletter.import_failed", extra={"import": pk})
        _fail(
            pk,
            _("Something here is broken (%(error)s); rows before it are in.")
            % {"error": type(error).__name__},
        )


@transaction.atomic
def _take_batch(pk: int, importer: Import, rows: Iterator[Row], position: int) -> int | None:
    """Take the rows after those that are in; return how many are in now, or None when there is nothing to do."""
    jobs = SubscriberImport.objects.filter(pk=pk, state__in=MOVING)
    job = jobs.select_for_update().defer("content", "report").first()
    if job is None:
        return None
    for _row in islice(rows, job.done - position):
        pass
    batch = list(islice(rows, BATCH))
    if not batch:
        jobs.update(state=State.DONE, content=b"", total=job.done, finished_at=database_now())
        return None
    reports = importer.take(batch, set())
    counts = Counter(job.counts) + Counter(str(report.outcome) for report in reports)
    told = sum(number for outcome, number in job.counts.items() if outcome in _told())
    jobs.update(
        state=State.RUNNING,
        done=job.done + len(batch),
        counts=dict(counts),
        report=Concat("report", Value(_as_csv(reports, REPORTED - told)), output_field=TextField()),
    )
    return job.done + len(batch)


def _told() -> frozenset[str]:
    return frozenset({Outcome.REFUSED, Outcome.LEFT, *REASONS})


def _as_csv(reports: list[RowReport], limit: int) -> str:
    """Return lines for the rows that stayed out; no address is in them."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    for report in [report for report in reports if report.outcome in _told()][: max(limit, 0)]:
        reason = report.reason or REASONS.get(report.outcome, str)()
        write([report.line, report.outcome, reason])
    return text.getvalue()


def _fail(pk: int, reason: str) -> None:
    jobs = SubscriberImport.objects.filter(pk=pk, state__in=MOVING)
    jobs.update(state=State.FAILED, reason=reason[:255], content=b"", finished_at=database_now())


def _rows(job: SubscriberImport) -> Iterator[Row]:
    return list_of(job).rows(FORMATS[job.format], job.columns)


def _importer(job: SubscriberImport) -> Import:
    consent = job.consent_text.strip() if job.is_confirmed else ""
    return Import(job.newsletter, job.topic, consent, keeps_out=job.keeps_out)
