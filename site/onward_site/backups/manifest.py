"""What a backup holds, so that a restore can tell whether all of it is there and fits this code."""

import hashlib
import json
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.crypto import salted_hmac


FORMAT = 1
NAME = "manifest.json"


class BackupError(Exception):
    """A backup or a restore that must not go on; the sentence says why."""


@dataclass(frozen=True)
class Manifest:
    """The folder's table of contents; ``files`` maps each path to its SHA-256, ``tables`` each table to its rows."""

    database: str
    tables: dict[str, int]
    files: dict[str, str]
    migrations: dict[str, list[str]]
    #: Tokens in mail and hashes of addresses can only be checked with the same SECRET_KEY.
    key_fingerprint: str
    versions: dict[str, str]
    made_at: str
    format: int = field(default=FORMAT)

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup; BackupError when there is none, or one this code cannot read."""
    try:
        content: dict[str, Any] = json.loads((folder / NAME).read_text())
        manifest = Manifest(**content)
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} holds no complete backup: its {NAME} is missing or damaged.") from error
    if manifest.format != FORMAT:
        raise BackupError(f"The backup has format {manifest.format}, and this code reads format {FORMAT}.")
    return manifest


def new_manifest(folder: Path, tables: dict[str, int]) -> Manifest:
    """Return the manifest for what lies in the folder now."""
    return Manifest(
        database=connection.vendor,
        tables=tables,
        files={path.relative_to(folder).as_posix(): sha256(path) for path in _files(folder)},
        migrations=applied_migrations(),
        key_fingerprint=key_fingerprint(),
        versions=_versions(),
        made_at=timezone.now().isoformat(),
    )


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Raise BackupError when a file is missing, damaged or was added."""
    there = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    if strange := set(there) ^ set(manifest.files):
        raise BackupError(f"The backup is not as it was written: {', '.join(sorted(strange)[:5])}.")
    damaged = [name for name, path in there.items() if sha256(path) != manifest.files[name]]
    if damaged:
        raise BackupError(f"These files of the backup are damaged: {', '.join(sorted(damaged)[:5])}.")


def require_known_migrations(manifest: Manifest) -> None:
    """Raise BackupError when the backup was made by newer code than this."""
    known = MigrationLoader(None).disk_migrations
    strange = [
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if (app, name) not in known
    ]
    # A squashed migration leaves the names it replaced in the record.
    replaced = {f"{app}.{name}" for migration in known.values() for app, name in migration.replaces}
    if newer := sorted(set(strange) - replaced):
        raise BackupError(f"The backup was made by newer code: {', '.join(newer[:3])} is not known here.")


def applied_migrations() -> dict[str, list[str]]:
    """Return the names of the applied migrations by app, in the order they were applied."""
    names: dict[str, list[str]] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        names.setdefault(app, []).append(name)
    return names


def key_fingerprint() -> str:
    """Return 16 characters by which one can see that SECRET_KEY is the same, and nothing else about it."""
    return salted_hmac("onward_site.backups", "fingerprint", algorithm="sha256").hexdigest()[:16]


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("django", "wagtail", "wagtail-onward"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found
