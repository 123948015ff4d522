"""An SQLite database as one file, taken while the site runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from .pausing import PAUSE_STATEMENTS


NAME = "database.sqlite3"


def dump(folder: Path) -> dict[str, int]:
    """Copy the database as it is at one moment, and return its tables with their numbers of rows."""
    connection.ensure_connection()
    with closing(sqlite3.connect(folder / NAME)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        return _count_rows(copy)


def is_empty() -> bool:
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def load(folder: Path) -> dict[str, int]:
    """Put the copy, with sending paused, where the database belongs; return its tables with their rows."""
    target = Path(connection.settings_dict["NAME"])
    connection.close()
    arriving = target.with_name(target.name + ".arriving")
    arriving.unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / NAME)) as copy, closing(sqlite3.connect(arriving)) as paused:
        copy.backup(paused)
        counts = _count_rows(paused)
        for statement in PAUSE_STATEMENTS:
            paused.execute(statement)
        paused.commit()
    for leftover in target.parent.glob(target.name + "-*"):
        leftover.unlink()
    arriving.replace(target)
    return counts


def _count_rows(database: sqlite3.Connection) -> dict[str, int]:
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {
        name: database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]  # noqa: S608 (names of its own tables)
        for (name,) in tables
    }
