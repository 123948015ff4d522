"""Take in mail that came back, from a mailbox or from a pipe."""

import os
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from onward_newsletter.bounces.mailbox import MailboxError, MailboxMisnamed, MailboxRefused
from onward_newsletter.bounces.reading import Reading, read_mailbox, take_in
from onward_newsletter.bounces.reports import MAX_BYTES
from onward_newsletter.conf import get_settings


PROGRESS_SECONDS = 2.0


class Command(BaseCommand):
    """Read reports about returned mail and complaints, and act upon those that carry one of our Message-IDs.

    Exit codes are those of sysexits.h, as mail servers understand them of a pipe: 0 taken in or not for us, 65 not a
    mail, 75 try again later; and 64 nothing to read, 77 refused by the mailbox, 78 a URL that cannot be used.
    """

    help = "Take in returned mail and complaints, from an IMAP folder or one mail from a pipe."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to read, and what to do with what was read."""
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--imap", metavar="URL", help="imaps://user:password@host/folder (default: BOUNCE_MAILBOX)."
        )
        where.add_argument("--stdin", action="store_true", help="One mail from standard input, for a pipe.")
        parser.add_argument(
            "--delete",
            action="store_true",
            help="Delete reports that were taken in, instead of marking them as read.",
        )
        parser.add_argument(
            "--limit", type=int, default=10_000, help="At most so many mails (default: 10,000)."
        )

    def handle(self, **options: Any) -> None:
        """Read, and say what was found."""
        try:
            if options["stdin"]:
                self._take_one(sys.stdin.buffer)
            else:
                self._read(options)
        except DatabaseError as error:
            message = (
                f"The database did not answer ({type(error).__name__}). Nothing is lost: try again later."
            )
            raise CommandError(message, returncode=os.EX_TEMPFAIL) from error

    def _take_one(self, pipe: BinaryIO) -> None:
        raw = pipe.read(MAX_BYTES)
        while pipe.read(MAX_BYTES):
            # Whoever pipes must not see the pipe break before its end.
            continue
        reading = take_in(raw)
        if reading is Reading.UNREADABLE or not raw.strip():
            raise CommandError("This is no mail.", returncode=os.EX_DATAERR)
        self.stdout.write(reading.value)

    def _read(self, options: dict[str, Any]) -> None:
        given = get_settings()
        if not (url := options["imap"] or given.BOUNCE_MAILBOX):
            message = 'Nothing to read. Use --imap or --stdin, or set ONWARD_NEWSLETTER["BOUNCE_MAILBOX"].'
            raise CommandError(message, returncode=os.EX_USAGE)
        delete = options["delete"] or (given.BOUNCE_MAILBOX_DELETE and not options["imap"])
        try:
            counts = read_mailbox(url, delete=delete, limit=options["limit"], note=_Progress(self).note)
        except MailboxError as error:
            raise CommandError(str(error), returncode=_code_of(error)) from None
        self.stdout.write(_summary(counts))


def _code_of(error: MailboxError) -> int:
    if isinstance(error, MailboxMisnamed):
        return os.EX_CONFIG
    return os.EX_NOPERM if isinstance(error, MailboxRefused) else os.EX_TEMPFAIL


def _summary(counts: Counter[Reading]) -> str:
    parts = [f"{counts[reading]:,} {reading.value}" for reading in Reading]
    return f"{counts.total():,} mails: {', '.join(parts)}."


class _Progress:
    """A line now and then while a large mailbox is read."""

    def __init__(self, command: BaseCommand) -> None:
        self._command, self._shown_at = command, time.monotonic()

    def note(self, done: int, total: int) -> None:
        if time.monotonic() - self._shown_at < PROGRESS_SECONDS:
            return
        self._shown_at = time.monotonic()
        self._command.stdout.write(f"{done:,} of {total:,} mails")
