import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onward_newsletter.addresses import InvalidAddress
from onward_site.personal_data import export_reader


class Command(BaseCommand):
    """Print everything the site holds about one address as JSON: newsletter, answers, comments.

    The keys are those of ``onward_site.personal_data.export_reader``. A malformed address ends with exit code 1.
    """

    help = "Prints everything the site holds about one address, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the person's address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            data = export_reader(address)
        except InvalidAddress as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
