"""Several statements for PostgreSQL in one message, each planned once per connection and not once per vote."""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection


#: A parameter as the database's driver takes it.
PARAMETER = re.compile(r"%\(\w+\)s")

#: The names of statements that a connection has been told.
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()

#: Whether a name was refused: then a pooler hands connections from one client to the next, and names mean nothing.
_refused = False


def refuse_names() -> None:
    """Prepare nothing any more in this process."""
    global _refused
    _refused = True


def one_message(statements: Sequence[str]) -> str:
    """Return one SQL text that runs these statements, preparing those not told before; its parameters are theirs.

    Parameters have names, ``%(name)s``. Whoever runs it answers a ProgrammingError with ``refuse_names``.
    """
    if _refused:
        return "; ".join(statements)
    connection.ensure_connection()
    known = _known.setdefault(connection.connection, set())
    parts = []
    for sql in statements:
        name, prepare, execute = _named(sql)
        if name not in known:
            known.add(name)
            parts.append(prepare)
        parts.append(execute)
    return "; ".join(parts)


@lru_cache(maxsize=256)
def _named(sql: str) -> tuple[str, str, str]:
    """Return a name for a statement, the SQL that prepares it, and the SQL that runs it with parameters."""
    parameters = list(dict.fromkeys(PARAMETER.findall(sql)))
    numbered = PARAMETER.sub(lambda found: f"${parameters.index(found[0]) + 1}", sql)
    name = f"onward_{sha256(sql.encode()).hexdigest()[:16]}"
    return name, f"PREPARE {name} AS {numbered}", f"EXECUTE {name} ({', '.join(parameters)})"
