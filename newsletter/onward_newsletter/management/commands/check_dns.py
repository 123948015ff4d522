"""Look at what the DNS says of each newsletter's sender."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onward_newsletter.models import Newsletter
from onward_newsletter.sender_dns import Check, check_sender


class Command(BaseCommand):
    """Say what is missing, with the lines of DNS that put it right; exit code 1 where there is an error."""

    help = "Check SPF, DKIM, DMARC and MX of the domains that newsletters are sent from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which newsletter, and how to answer."""
        parser.add_argument("--newsletter", metavar="SLUG", help="Only this one (default: all).")
        parser.add_argument("--json", action="store_true", help="Answer as JSON, for a monitor.")

    def handle(self, *, newsletter: str | None, json: bool, **options: Any) -> None:
        """Check and tell."""
        found = {each: check_sender(each.sender_address) for each in _newsletters(newsletter)}
        self._tell_json(found) if json else self._tell(found)
        if any(check.level == "error" for checks in found.values() for check in checks):
            raise CommandError("Something about the DNS has to be put right.", returncode=1)

    def _tell_json(self, found: dict[Newsletter, list[Check]]) -> None:
        answer = [
            {
                "newsletter": each.slug,
                "sender": each.sender_address,
                "checks": [asdict(check) for check in checks],
            }
            for each, checks in found.items()
        ]
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _tell(self, found: dict[Newsletter, list[Check]]) -> None:
        for each, checks in found.items():
            self.stdout.write(f"{each.name} <{each.sender_address}>")
            for check in checks:
                self.stdout.write(f"  {check.level.upper():8}{check.subject:8} {check.message}")
                if check.record:
                    self.stdout.write(f"                  now: {check.record}")
                if check.cure:
                    self.stdout.write(f"                  {check.cure}")


def _newsletters(slug: str | None) -> list[Newsletter]:
    found = list(Newsletter.objects.filter(slug=slug) if slug else Newsletter.objects.all())
    if not found:
        raise CommandError(f"There is no newsletter {slug}." if slug else "There is no newsletter yet.")
    return found
