"""Several statements for PostgreSQL in one message, each planned once per connection and not once per vote."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from django.db import IntegrityError, OperationalError, ProgrammingError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


#: A parameter as the database's driver takes it.
PARAMETER = re.compile(r"%\(\w+\)s")

#: The names of statements that a connection has been told.
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()

#: Whether a name was refused: then a pooler hands connections from one client to the next, and names mean nothing.
_refused = False


def may_run_together(database: BaseDatabaseWrapper) -> bool:
    """Whether several statements may travel as one message that is a transaction by itself.

    Not where the project asked for parameters that travel apart, which allows only one statement at a time.
    """
    apart = database.settings_dict["OPTIONS"].get("server_side_binding")
    return database.vendor == "postgresql" and not database.in_atomic_block and not apart


def run_together(
    database: BaseDatabaseWrapper, statements: Sequence[str], values: Mapping[str, Any], *, row_of: int
) -> Any | None:
    """Run statements as one message, where they ``may_run_together``, and return the first row of one of them.

    Their parameters have names, ``%(name)s``, and ``values`` has them all. ``row_of`` is the place of the statement
    whose row is wanted, counted from the end: -1 is the last. None means that it has no row, or that a rule of the
    database or a lost connection was in the way, and then nothing at all has happened; without a connection perhaps
    all of it.
    """
    # Asking first whether the connection still stands would be a second message.
    database.health_check_done = True  # type: ignore[attr-defined]
    try:
        with database.cursor() as cursor:
            cursor.execute(_one_message(database, statements), values)
            # Everything has arrived by now; Django's wrapper would look up every step of reading it.
            return cursor.cursor.set_result(row_of).fetchone()
    except OperationalError:
        database.close()
    except ProgrammingError:
        _refuse_names()
    except IntegrityError:
        pass
    return None


def run_apart(
    database: BaseDatabaseWrapper, statements: Sequence[str], values: Mapping[str, Any]
) -> Any | None:
    """Run statements in one transaction, one message for each, and return the first row of the last."""
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql, values)
        return cursor.fetchone()


def _refuse_names() -> None:
    """Prepare nothing any more in this process."""
    global _refused
    _refused = True


def _one_message(database: BaseDatabaseWrapper, statements: Sequence[str]) -> str:
    """Return one SQL text that runs these statements and ends as they do, preparing those not told before."""
    if _refused:
        return "; ".join(statements)
    database.ensure_connection()
    known = _known.setdefault(database.connection, set())
    named = [_named(sql) for sql in statements]
    new = [prepare for name, prepare, _execute in named if name not in known]
    known.update(name for name, _prepare, _execute in named)
    return "; ".join([*new, *(execute for _name, _prepare, execute in named)])


@lru_cache(maxsize=256)
def _named(sql: str) -> tuple[str, str, str]:
    """Return a name for a statement, the SQL that prepares it, and the SQL that runs it with parameters."""
    parameters = list(dict.fromkeys(PARAMETER.findall(sql)))
    numbered = PARAMETER.sub(lambda found: f"${parameters.index(found[0]) + 1}", sql)
    name = f"onward_{sha256(sql.encode()).hexdigest()[:16]}"
    return name, f"PREPARE {name} AS {numbered}", f"EXECUTE {name} ({', '.join(parameters)})"
