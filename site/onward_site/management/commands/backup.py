from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onward_site.backups.archive import back_up
from onward_site.backups.manifest import BackupError


class Command(BaseCommand):
    """Write database, uploads and a manifest into a new folder, while the site runs.

    The manifest holds versions, migrations, the rows of every table and the SHA-256 of every file. A folder that is
    not empty ends with exit code 1.
    """

    help = "Writes the database and the uploads into a new folder, with a manifest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that is new or empty")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = back_up(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(manifest.tables.values())
        self.stdout.write(
            f"{folder}: {rows} rows in {len(manifest.tables)} tables, {len(manifest.files)} files."
        )
