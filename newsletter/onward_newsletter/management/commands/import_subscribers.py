"""Bring in subscribers from a CSV file."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from onward_newsletter.actions.importing import Import, Outcome, RowReport
from onward_newsletter.addresses import half_hidden
from onward_newsletter.importers import Row, UnreadableFile, guess_columns, open_list, recognise
from onward_newsletter.importers.plain import PLAIN

from ._newsletters import newsletter_by_slug, topic_by_slug


BAR_WIDTH = 30
REFRESH_EVERY = 200


class Command(BaseCommand):
    """Import subscribers from a CSV file, with an answer for each row; exit 1 if any row was refused.

    Files that Substack, Ghost, Mailchimp, listmonk and ``export_subscribers`` write are read as they are. Rows come in
    as pending, and are asked a few a minute by whatever sends the mail, unless ``--confirmed`` and ``--consent`` say
    that, and to what, their owners agreed. Suppressed addresses and those that unsubscribed stay out, and are reported
    as such; that is no error. The same file a second time changes nothing.
    """

    help = "Import subscribers from a CSV file; exit 1 if any row was refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV with a column of addresses")
        parser.add_argument("--newsletter", required=True, help="slug of the newsletter")
        parser.add_argument("--topic", help="slug of a topic; without it the rows want everything")
        parser.add_argument(
            "--confirmed", action="store_true", help="their owners have agreed; needs --consent"
        )
        parser.add_argument("--consent", default="", help="the sentence they agreed to, kept with each")
        parser.add_argument(
            "--keep-out",
            action="store_true",
            help="remember, by a hash, who left or bounced according to the file",
        )
        parser.add_argument("--dry-run", action="store_true", help="report everything, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        job = self._job(options)
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            with path.open("rb") as file:
                counts = self._report(job.run(self._rows(file)), _line_count(path))
        except UnreadableFile as error:
            raise CommandError(f"{path}: {error}") from error
        self._sum_up(counts, job)
        if counts[Outcome.REFUSED]:
            sys.exit(1)

    def _job(self, options: dict[str, Any]) -> Import:
        if options["confirmed"] != bool(options["consent"].strip()):
            raise CommandError(
                "--confirmed and --consent go together: say what the owners of the addresses agreed to."
            )
        newsletter = newsletter_by_slug(options["newsletter"])
        topic = topic_by_slug(newsletter, options["topic"])
        return Import(
            newsletter,
            topic,
            options["consent"].strip(),
            is_dry_run=options["dry_run"],
            keeps_out=options["keep_out"],
        )

    def _rows(self, file: BinaryIO) -> Iterator[Row]:
        list_ = open_list(file)
        format_ = recognise(list_.headings)
        if format_ is not PLAIN:
            self.stdout.write(f"This is a file of {format_.title}. {format_.note}")
        return list_.rows(format_, guess_columns(format_, list_))

    def _report(self, reports: Iterator[RowReport], lines: int) -> Counter[Outcome]:
        counts: Counter[Outcome] = Counter()
        for report in reports:
            counts[report.outcome] += 1
            if report.outcome == Outcome.REFUSED:
                self.stdout.write(f"line {report.line}: refused: {report.address[:100]!r}: {report.reason}")
            else:
                reason = f": {report.reason}" if report.reason else ""
                hidden = half_hidden(report.address.strip())
                self.stdout.write(f"line {report.line}: {report.outcome}: {hidden}{reason}")
            if counts.total() % REFRESH_EVERY == 0:
                self._progress(report.line, lines)
        self._progress(lines, lines)
        return counts

    def _progress(self, line: int, lines: int) -> None:
        """Show how far it is, where somebody is looking; in a log it would only be noise."""
        if self.stderr.isatty():
            share = min(line / max(lines, 1), 1)
            bar = "█" * round(share * BAR_WIDTH)
            self.stderr.write(f"\r{bar:<{BAR_WIDTH}} {share:4.0%}", ending="" if line < lines else "\n")

    def _sum_up(self, counts: Counter[Outcome], job: Import) -> None:
        parts = [f"{counts[outcome]:,} {outcome}" for outcome in Outcome if counts[outcome]]
        state = "active" if job.is_confirmed else "pending"
        self.stdout.write(f"{counts.total():,} rows: {', '.join(parts) or 'nothing'} (new ones are {state}).")
        if job.is_dry_run:
            self.stdout.write("Dry run: nothing was changed.")


def _line_count(path: Path) -> int:
    """Return about how many lines a file has; good enough for a bar."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
