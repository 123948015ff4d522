"""Bring in subscribers from a CSV file."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onward_newsletter.actions.importing import Import, Outcome, RowReport, UnreadableFile, rows_of
from onward_newsletter.addresses import half_hidden
from onward_newsletter.models import Newsletter, Topic


BAR_WIDTH = 30
REFRESH_EVERY = 200


class Command(BaseCommand):
    """Import subscribers from a CSV file, with an answer for each row; exit 1 if any row was refused.

    Rows come in as pending unless ``--confirmed`` and ``--consent`` say that, and to what, their owners agreed.
    Suppressed addresses and those that unsubscribed stay out, and are reported as such; that is no error. The same
    file a second time changes nothing.
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
        parser.add_argument("--dry-run", action="store_true", help="report everything, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        job = self._job(options)
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            counts = self._report(job.run(rows_of(path)), _line_count(path))
        except (UnreadableFile, UnicodeError) as error:
            raise CommandError(f"{path}: {error}") from error
        self._sum_up(counts, job)
        if counts[Outcome.REFUSED]:
            sys.exit(1)

    def _job(self, options: dict[str, Any]) -> Import:
        if options["confirmed"] != bool(options["consent"].strip()):
            raise CommandError(
                "--confirmed and --consent go together: say what the owners of the addresses agreed to."
            )
        newsletter = Newsletter.objects.filter(slug=options["newsletter"]).first()
        if newsletter is None:
            slugs = ", ".join(Newsletter.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no newsletter {options['newsletter']!r}. There are: {slugs}.")
        topic = self._topic(newsletter, options["topic"])
        return Import(newsletter, topic, options["consent"].strip(), options["dry_run"])

    def _topic(self, newsletter: Newsletter, slug: str | None) -> Topic | None:
        if not slug:
            return None
        topic = newsletter.topics.filter(slug=slug, ended_at=None).first()
        if topic is None:
            slugs = (
                ", ".join(newsletter.topics.filter(ended_at=None).values_list("slug", flat=True))
                or "none yet"
            )
            raise CommandError(f"{newsletter} has no topic {slug!r} to follow. There are: {slugs}.")
        return topic

    def _report(self, reports: Iterator[RowReport], lines: int) -> Counter[Outcome]:
        counts: Counter[Outcome] = Counter()
        for report in reports:
            counts[report.outcome] += 1
            if report.outcome == Outcome.REFUSED:
                self.stdout.write(f"line {report.line}: refused: {report.address[:100]!r}: {report.reason}")
            else:
                self.stdout.write(
                    f"line {report.line}: {report.outcome}: {half_hidden(report.address.strip())}"
                )
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
