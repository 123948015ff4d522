"""The whole way: a running site into a folder, and a folder into an empty site."""

import shutil
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from . import postgresql, sqlite
from .manifest import (
    BackupError,
    Manifest,
    key_fingerprint,
    new_manifest,
    read_manifest,
    require_known_migrations,
    verify_files,
)


MEDIA = "media"


def back_up(folder: Path) -> Manifest:
    """Write database, uploads and manifest into a new or empty folder; BackupError when it is neither.

    The manifest is written last: a folder without one is no backup.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(
            f"{folder} is not empty. Name a new folder: a backup is never written over another."
        )
    folder.mkdir(parents=True, exist_ok=True)
    tables = _engine().dump(folder)
    if Path(settings.MEDIA_ROOT).is_dir():
        shutil.copytree(settings.MEDIA_ROOT, folder / MEDIA)
    manifest = new_manifest(folder, tables)
    manifest.write(folder)
    return manifest


def restore(folder: Path) -> tuple[Manifest, list[str]]:
    """Fill an empty site from a backup, with sending paused; return its manifest and what to mind.

    Raises BackupError, having changed nothing, when the backup is not whole, was made on the other kind of database
    or by newer code, or when the site here is not empty.
    """
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    require_known_migrations(manifest)
    _require_empty_site(manifest)
    counts = postgresql.load(folder, manifest) if _is_postgresql() else sqlite.load(folder)
    if counts != manifest.tables:
        raise BackupError(
            "The numbers of rows are not those of the manifest. Empty the database and try again."
        )
    if (folder / MEDIA).is_dir():
        shutil.copytree(folder / MEDIA, settings.MEDIA_ROOT, dirs_exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    return manifest, _warnings(manifest)


def _require_empty_site(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupError(f"The backup is of {manifest.database}, and this site runs on {connection.vendor}.")
    if not _engine().is_empty():
        raise BackupError("The database here is not empty. A restore never writes over a site.")
    media = Path(settings.MEDIA_ROOT)
    if media.is_dir() and any(media.rglob("*.*")):
        raise BackupError(f"{media} is not empty. A restore never writes over a site's uploads.")


def _warnings(manifest: Manifest) -> list[str]:
    if manifest.key_fingerprint == key_fingerprint():
        return []
    return [
        "SECRET_KEY is not the one of the backup: links in mail that was sent before do not work, and suppressed "
        "addresses are not recognised. Set the old key, or keep it in SECRET_KEY_FALLBACKS."
    ]


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _engine() -> ModuleType:
    return postgresql if _is_postgresql() else sqlite
