"""Print the state and the books of an issue."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from onward_newsletter.actions.issues import issue_status

from ._issues import find_issue


class Command(BaseCommand):
    """Print an issue's state and books; with --json as one object with the keys of ``issue_status``."""

    help = "Print the state and the books of an issue: candidates = submitted + failed + skipped + in doubt + open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the issue's id and --json."""
        parser.add_argument("id", type=int)
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        """Print."""
        status = issue_status(find_issue(options["id"]))
        if options["json"]:
            self.stdout.write(json.dumps(status))
            return
        for name, value in status.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {'–' if value is None else value}")
