"""Several statements for PostgreSQL in one message, each planned once per connection and not once per vote."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection


#: The names of statements that a connection has been told.
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()

#: Whether a name was refused: then a pooler hands connections from one client to the next, and names mean nothing.
_refused = False


def refuse_names() -> None:
    """Prepare nothing any more in this process."""
    global _refused
    _refused = True


def one_message(statements: Sequence[tuple[str, Sequence[Any]]]) -> tuple[str, list[Any]]:
    """Return one SQL text with its parameters that runs these statements, preparing those not told before.

    Whoever runs it answers a ProgrammingError with ``refuse_names``.
    """
    given = [value for _, values in statements for value in values]
    if _refused:
        return "; ".join(sql for sql, _ in statements), given
    connection.ensure_connection()
    known = _known.setdefault(connection.connection, set())
    parts = []
    for sql, _values in statements:
        name, prepare, execute = _named(sql)
        if name not in known:
            known.add(name)
            parts.append(prepare)
        parts.append(execute)
    return "; ".join(parts), given


@lru_cache(maxsize=256)
def _named(sql: str) -> tuple[str, str, str]:
    """Return a name for a statement, the SQL that prepares it, and the SQL that runs it with parameters."""
    pieces = sql.split("%s")
    numbered = pieces[0] + "".join(f"${number}{piece}" for number, piece in enumerate(pieces[1:], start=1))
    name = f"onward_{sha256(sql.encode()).hexdigest()[:16]}"
    values = ", ".join(["%s"] * (len(pieces) - 1))
    return name, f"PREPARE {name} AS {numbered}", f"EXECUTE {name} ({values})"
