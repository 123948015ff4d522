"""A PostgreSQL database as one file per table, taken from one snapshot while the site runs.

It needs no program of PostgreSQL's, whose versions would have to match, and no superuser.
"""

import gzip
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from .manifest import BackupError, Manifest
from .pausing import PAUSE_STATEMENTS


FOLDER = "database"

#: Migrations make this table; what was applied stands in the manifest.
MIGRATIONS = "django_migrations"


def dump(folder: Path) -> dict[str, int]:
    """Copy every table as of one moment, and return them with their numbers of rows."""
    (folder / FOLDER).mkdir()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return {table: _copy_out(table, folder / FOLDER / f"{table}.gz") for table in _tables()}


def is_empty() -> bool:
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def load(folder: Path, manifest: Manifest) -> dict[str, int]:
    """Make the tables as they were, fill them with sending paused, all or nothing; return them with their rows."""
    _make_tables(manifest)
    with transaction.atomic():
        tables = _tables()
        if missing := set(manifest.tables) - set(tables):
            raise BackupError(
                f"These tables of the backup have no place here: {', '.join(sorted(missing)[:5])}."
            )
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(_quoted(table) for table in tables)}")
        counts = {table: _copy_in(table, folder / FOLDER / f"{table}.gz") for table in manifest.tables}
        _advance_sequences(tables)
        with connection.cursor() as cursor:
            for statement in PAUSE_STATEMENTS:
                cursor.execute(statement)
    return counts


def _make_tables(manifest: Manifest) -> None:
    """Migrate to where the backup was; the executor alone, because the signals of ``migrate`` would add rows."""
    executor = MigrationExecutor(connection)
    applied = {(app, name) for app, names in manifest.migrations.items() for name in names}
    known = applied & set(executor.loader.graph.nodes)
    followed = {parent.key for node in known for parent in executor.loader.graph.node_map[node].parents}
    executor.migrate(sorted(known - followed))


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(set(connection.introspection.table_names(cursor)) - {MIGRATIONS})


def _columns(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return ", ".join(_quoted(name) for (name,) in cursor.fetchall())


def _copy_out(table: str, path: Path) -> int:
    cursor = _plain_cursor()
    with (
        gzip.open(path, "wb", compresslevel=6) as file,
        cursor.copy(
            f"COPY (SELECT {_columns(table)} FROM {_quoted(table)}) TO STDOUT"  # noqa: S608 (names of its own tables)
        ) as rows,
    ):
        for block in rows:
            file.write(block)
    return int(cursor.rowcount)


def _copy_in(table: str, path: Path) -> int:
    cursor = _plain_cursor()
    with (
        gzip.open(path, "rb") as file,
        cursor.copy(f"COPY {_quoted(table)} ({_columns(table)}) FROM STDIN") as rows,
    ):
        while block := file.read(1 << 20):
            rows.write(block)
    return int(cursor.rowcount)


def _advance_sequences(tables: list[str]) -> None:
    """Have every counter go on after the highest number in use."""
    with connection.cursor() as cursor:
        for table in tables:
            for sequence in connection.introspection.get_sequences(cursor, table):
                column = _quoted(sequence["column"])
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), COALESCE(MAX({column}), 0) + 1, false) "  # noqa: S608
                    f"FROM {_quoted(table)}",
                    [_quoted(table), sequence["column"]],
                )


def _plain_cursor() -> Any:
    """Return psycopg's own cursor: Django's does not offer COPY."""
    connection.ensure_connection()
    return connection.connection.cursor()


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
