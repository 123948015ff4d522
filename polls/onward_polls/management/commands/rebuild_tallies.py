"""Count every poll again from its ballots."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from onward_polls.actions import rebuild_tallies
from onward_polls.models import Poll


class Command(BaseCommand):
    """Rebuild the kept tallies from ballots and votes, and say how many had been wrong.

    Safe at any time: readers may vote meanwhile.
    """

    help = "Count the ballots again and rewrite the tallies. Readers may vote meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the ids of single polls."""
        parser.add_argument("poll", nargs="*", type=int, help="ids of polls; without any, all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild poll by poll, one line of progress each."""
        polls = Poll.objects.filter(pk__in=options["poll"]) if options["poll"] else Poll.objects.all()
        total = polls.count()
        wrong = 0
        for place, poll in enumerate(polls.order_by("pk"), start=1):
            was_wrong = rebuild_tallies(poll)
            wrong += was_wrong
            verdict = "was wrong, rewritten" if was_wrong else "was right"
            self.stdout.write(f"{place}/{total}  poll {poll.pk}: {verdict}")
        self.stdout.write(f"{total} polls counted again, {wrong} had been wrong.")
