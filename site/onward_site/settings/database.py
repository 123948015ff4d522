"""DATABASE_URL to Django's DATABASES, with the only SQLite options that survive concurrent writers."""

from pathlib import Path
from typing import Any

import dj_database_url


#: Without WAL and IMMEDIATE half of all concurrent votes end in "database is locked".
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def database_from_url(url: str, var_dir: Path) -> dict[str, Any]:
    """Return one entry of DATABASES; an empty URL means the SQLite file in var/."""
    if not url:
        var_dir.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{var_dir / 'onward.sqlite3'}"
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = {**SQLITE_OPTIONS, **database.get("OPTIONS", {})}
    else:
        database["CONN_MAX_AGE"] = 600
        database["CONN_HEALTH_CHECKS"] = True
    return database
