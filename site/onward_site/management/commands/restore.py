from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onward_newsletter.models import Issue
from onward_site.backups.archive import restore
from onward_site.backups.manifest import BackupError
from onward_site.backups.pausing import REASON


class Command(BaseCommand):
    """Fill an empty site from a backup; nothing is mailed until an operator resumes it.

    Issues that were scheduled or being sent come up paused, attempts under way in doubt. A damaged backup, one from
    newer code or the other database, and a site that is not empty end with exit code 1 and change nothing.
    """

    help = "Fills an empty site from a folder that backup wrote, with sending paused."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that backup wrote")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest, warnings = restore(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(manifest.tables.values())
        self.stdout.write(f"Restored {rows} rows in {len(manifest.tables)} tables, as of {manifest.made_at}.")
        for issue in Issue.objects.filter(state=Issue.State.PAUSED, state_reason=REASON).order_by("pk"):
            self.stdout.write(
                f"Paused: issue {issue.pk}, {issue.subject}. Go on with: resume_issue {issue.pk}"
            )
        for warning in warnings:
            self.stderr.write(self.style.WARNING(warning))
