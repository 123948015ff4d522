"""Write a newsletter's subscribers into a CSV file."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onward_newsletter.actions.exporting import csv_lines, subscriptions_to_export
from onward_newsletter.models import Newsletter, Subscription

from ._newsletters import newsletter_by_slug, topic_by_slug


class Command(BaseCommand):
    """Export subscriptions as CSV, one line for each; ``import_subscribers`` reads the file back.

    Suppressed addresses are kept as hashes only, so they are in no export.
    """

    help = "Write a newsletter's subscribers into a CSV file, or to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and what is to be in it."""
        parser.add_argument("file", help="file to write, or - for standard output")
        parser.add_argument("--newsletter", required=True, help="slug of the newsletter")
        parser.add_argument("--topic", help="slug of a topic: only its followers")
        parser.add_argument("--state", choices=Subscription.State.values, default="", help="only these")
        parser.add_argument("--bom", action="store_true", help="begin with the mark that Excel wants")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file line by line."""
        newsletter: Newsletter = newsletter_by_slug(options["newsletter"])
        topic = topic_by_slug(newsletter, options["topic"], takes_ended=True)
        rows = subscriptions_to_export(newsletter, topic, options["state"])
        lines = csv_lines(rows, has_bom=options["bom"])
        if options["file"] == "-":
            for line in lines:
                self.stdout.write(line, ending="")
            return
        number = self._write(Path(options["file"]), lines)
        sys.stderr.write(f"{number:,} subscriptions written to {options['file']}.\n")

    def _write(self, path: Path, lines: Iterator[str]) -> int:
        """Write to a file for its owner only, since it is full of addresses; return the number of subscriptions."""
        try:
            path.touch(mode=0o600)
            with path.open("w", encoding="utf-8", newline="") as file:
                return sum(bool(file.write(line)) for line in lines) - 1
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
