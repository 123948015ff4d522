from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onward_newsletter.addresses import InvalidAddress
from onward_site.personal_data import erase_reader


class Command(BaseCommand):
    """Remove one person from the site: subscriptions, mail, words, quotes and comments. It cannot be undone.

    Prints how many of each were erased; votes stay counted without a way back to the person, also
    those of an account with that address; the account itself is deleted under “Users”. A malformed address
    ends with exit code 1; an address nobody knows is no error, and is kept from being imported.
    """

    help = "Removes one person's data from the site. It cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the person's address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            erased = erase_reader(address)
        except InvalidAddress as error:
            raise CommandError(str(error)) from error
        for name, count in erased.items():
            self.stdout.write(f"{name}: {count}")
