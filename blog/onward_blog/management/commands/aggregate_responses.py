"""Write down what readers did on each day that is over."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.dateparse import parse_date

from onward_blog.following.summing_up import sum_up_waiting
from onward_blog.responses.aggregating import aggregate_responses


BAR_WIDTH = 30


class Command(BaseCommand):
    """``aggregate_responses [--until DAY]``.

    Does what Celery does every ten minutes, to the end: one row for each article, each series and each day in UTC
    that is over and had something in it. Safe beside any number of others, and when stopped it goes on there the next
    time. A row that is written never changes. Then begins the last part of each series that was ended and waits for it.
    """

    help = "Write down what readers did on each day that is over, for each article and series."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until", type=_day, metavar="DAY", help="the last day, as in 2026-05-14 (UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        after = options["until"] + timedelta(days=1) if options["until"] else None
        progress = aggregate_responses(until=after, tell=self._tell)
        last = progress.until - timedelta(days=1)
        rows = "1 day was" if progress.written == 1 else f"{progress.written:,} days were"
        self.stdout.write(f"{rows} written down, up to {last:%Y-%m-%d}.")
        if summed_up := sum_up_waiting():
            self.stdout.write(
                "1 series was summed up." if summed_up == 1 else f"{summed_up:,} series were summed up."
            )

    def _tell(self, done: int, total: int) -> None:
        """Show how far it is, where somebody is looking; in a log it would only be noise."""
        if self.stderr.isatty() and total:
            bar = "█" * (BAR_WIDTH * done // total)
            line = f"\r{bar:<{BAR_WIDTH}} {done:,} of {total:,} days"
            self.stderr.write(line, ending="" if done < total else "\n")


def _day(text: str) -> datetime:
    day = parse_date(text)
    if day is None:
        raise ValueError(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
