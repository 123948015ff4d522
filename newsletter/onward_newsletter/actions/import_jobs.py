"""Imports from the admin: laid in by an editor, worked through by whoever pumps, a batch at a time.

The database is the queue: ``done`` says how many rows are in, and moves with them in one transaction. So a worker may
be killed at any moment, and any number of them may work, without a row being taken twice or lost. Before that all
rows are looked at, see ``import_checks``.
"""

import io
import logging
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from onward_newsletter import doorbell
from onward_newsletter.clock import database_now
from onward_newsletter.importers import Row, UnreadableFile, guess_columns, open_list, recognise
from onward_newsletter.models import Newsletter, SubscriberImport, Topic

from .import_checks import UNCHECKED, carry_on_check, check_import, fail_check, stop_check
from .import_rows import (
    REPORTED,
    Reading,
    forget_files,
    importer_of,
    lay_down,
    list_of,
    report_lines,
    rows_of,
    take_up,
    told,
)
from .importing import BATCH, Import, RowReport


__all__ = [
    "ImportRefused",
    "cancel_import",
    "carry_on_imports",
    "choose",
    "first_rows",
    "is_chosen",
    "lay_in",
    "list_of",
    "start_import",
    "stop_check",
]

logger = logging.getLogger(__name__)

State = SubscriberImport.State

#: States in which rows are brought in, and all in which a worker has something to do.
WORKING = (State.WAITING, State.RUNNING)
MOVING = (State.CHECKING, *WORKING)

#: The largest file taken, in bytes; over 300,000 addresses.
MAX_BYTES = 20 * 1024 * 1024

#: Rows shown before the start.
SHOWN = 10

#: A file that nobody started is let go of after this time, because it is full of addresses.
DRAFT_LASTS = timedelta(days=1)


class ImportRefused(Exception):
    """The import cannot be laid in, started or cancelled; its text is for the editor."""


def lay_in(
    newsletter: Newsletter, topic: Topic | None, file_name: str, content: bytes, user: Any = None
) -> SubscriberImport:
    """Keep an uploaded file as a draft, with its rows counted and its format and columns guessed.

    Nothing is imported yet; a file of one batch is checked. Raises UnreadableFile for what is no list, ImportRefused
    for a file that is too large or a topic of another newsletter.
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
        total=sum(1 for _cells in list_.cells()),
        created_by=user,
    )
    if job.total <= BATCH and "address" in job.columns:
        check_import(job)
    return job


def first_rows(job: SubscriberImport) -> list[tuple[Row, RowReport]]:
    """Return the first SHOWN rows, each with what would become of it. Raises UnreadableFile."""
    rows = list(islice(rows_of(job), SHOWN))
    return list(zip(rows, replace(importer_of(job), is_dry_run=True).take(rows, set()), strict=True))


def choose(
    job: SubscriberImport, *, columns: dict[str, str], consent: str = "", keeps_out: bool = False
) -> None:
    """Say what a draft's columns hold and whether their owners agreed to ``consent``; check all its rows with that.

    ``columns`` is {what: heading}. Raises ImportRefused when it is no draft, UnreadableFile without an address column.
    """
    choices = _choices(columns, consent, keeps_out=keeps_out)
    if not SubscriberImport.objects.filter(pk=job.pk, state=State.DRAFT).update(**choices, **UNCHECKED):
        raise ImportRefused(_("This import is being checked, or has been started or cancelled already."))
    for name, value in choices.items():
        setattr(job, name, value)
    check_import(job)


def is_chosen(
    job: SubscriberImport, *, columns: dict[str, str], consent: str = "", keeps_out: bool = False
) -> bool:
    """Whether these are the choices that the rows of a draft were checked with."""
    choices = _choices(columns, consent, keeps_out=keeps_out)
    return job.is_checked and all(getattr(job, name) == value for name, value in choices.items())


def _choices(columns: dict[str, str], consent: str, *, keeps_out: bool) -> dict[str, Any]:
    text = consent.strip()[:255]
    return {"columns": columns, "keeps_out": keeps_out, "is_confirmed": bool(text), "consent_text": text}


def start_import(job: SubscriberImport) -> None:
    """Hand a draft to the workers. Raises ImportRefused unless it is a draft with rows, all of which were checked."""
    if not job.total:
        raise ImportRefused(_("There is no row in this file."))
    checked = SubscriberImport.objects.filter(pk=job.pk, state=State.DRAFT, done=F("total"))
    if not checked.update(state=State.WAITING, **UNCHECKED):
        job.refresh_from_db()
        if job.state in (State.DRAFT, State.CHECKING):
            raise ImportRefused(_("Its rows have not all been checked yet. Check them first, then start."))
        raise ImportRefused(_("This import has been started or cancelled already."))
    job.refresh_from_db()
    doorbell.ring()


def cancel_import(job: SubscriberImport) -> None:
    """Stop an import and let go of its file; rows that are in stay. Raises ImportRefused when it is over."""
    open_ones = SubscriberImport.objects.filter(pk=job.pk, state__in=(State.DRAFT, *MOVING))
    if not open_ones.update(state=State.CANCELLED, content=b"", finished_at=database_now()):
        raise ImportRefused(_("This import is over already."))
    job.refresh_from_db()


def carry_on_imports(*, limit_seconds: float) -> int:
    """Work on imports that were started or are being checked, for at most about this long; return how many are left.

    At least one batch is taken, so that the shortest calls come to an end too. Raises what the database raises.
    """
    deadline = time.monotonic() + limit_seconds
    forgotten = SubscriberImport.objects.filter(
        state=State.DRAFT, created_at__lt=database_now() - DRAFT_LASTS
    )
    forgotten.update(state=State.CANCELLED, content=b"", finished_at=database_now())
    moving = list(SubscriberImport.objects.filter(state__in=MOVING).values_list("state", "pk"))
    if not moving:
        forget_files()
        return 0
    # Checks first: an editor sits before them.
    for state, pk in sorted(moving, key=lambda job: (job[0] != State.CHECKING, job[1])):
        _work_on(pk, deadline, state)
        if time.monotonic() >= deadline:
            break
    return SubscriberImport.objects.filter(state__in=MOVING).count()


def _work_on(pk: int, deadline: float, state: str) -> None:
    carry_on, fail = (carry_on_check, fail_check) if state == State.CHECKING else (_bring_in, _fail)
    # The file is read from the database only where this process has not got it open.
    jobs = SubscriberImport.objects.select_related("newsletter", "topic").defer("content", "report")
    try:
        carry_on(jobs.get(pk=pk), deadline)
    except (OperationalError, InterfaceError):
        raise
    except UnreadableFile as error:
        fail(pk, str(error))
    except Exception as error:
        logger.exception("onward_newsletter.import_failed", extra={"import": pk})
        sentence = _("Something here is broken (%(error)s); rows before it are in.")
        if state == State.CHECKING:
            sentence = _("Something here is broken (%(error)s), so the check stopped. Nothing was imported.")
        fail(pk, sentence % {"error": type(error).__name__})


def _bring_in(job: SubscriberImport, deadline: float) -> None:
    importer, reading = importer_of(job), take_up(job)
    while _take_batch(job.pk, importer, reading):
        if time.monotonic() >= deadline:
            lay_down(job, reading)
            return


@transaction.atomic
def _take_batch(pk: int, importer: Import, reading: Reading) -> bool:
    """Take the rows after those that are in; return whether there was anything to do."""
    jobs = SubscriberImport.objects.filter(pk=pk, state__in=WORKING)
    job = jobs.select_for_update().defer("content", "report").first()
    if job is None:
        return False
    reading.go_to(job.done)
    batch = reading.batch()
    if not batch:
        jobs.update(state=State.DONE, content=b"", total=job.done, finished_at=database_now())
        return False
    reports = importer.take(batch, set())
    counts = Counter(job.counts) + Counter(str(report.outcome) for report in reports)
    lines = report_lines(reports, REPORTED - told(job.counts))
    jobs.update(
        state=State.RUNNING,
        done=job.done + len(batch),
        counts=dict(counts),
        report=Concat("report", Value(lines), output_field=TextField()),
    )
    return True


def _fail(pk: int, reason: str) -> None:
    jobs = SubscriberImport.objects.filter(pk=pk, state__in=WORKING)
    jobs.update(state=State.FAILED, reason=reason[:255], content=b"", finished_at=database_now())
