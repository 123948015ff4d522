"""Settling and stamping in one prepared statement of PostgreSQL, made of the very statements of ``claims``.

Putting a statement together takes Django longer than PostgreSQL takes to run it, and planning it takes PostgreSQL as long
as running it. So the ORM does the one once, with stand-ins for the values, PostgreSQL does the other once for each
connection, and from then on only the values change. What must hold for a stamp is said in one place all the same: in
``claims`` and in the work's ``fences``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection, transaction

from . import claims
from .models import Delivery, Subscriber
from .work import IssueWork


#: Each use of a statement after the first finds it prepared.
PREPARE_AFTER = 1

#: How a list of one value looks in Django's SQL, and how one of any length looks in PostgreSQL's.
ONE_VALUE, ANY_VALUES = " IN (", " = ANY("


@dataclass(frozen=True)
class Slot:
    """The place of a list of values that is another one each time."""

    name: str


#: Stands for the one row of which a statement is made; no row has such values.
STAND_INS: dict[Any, Slot] = {-1: Slot("pk"), "any token": Slot("token"), "any address": Slot("address")}


@dataclass(frozen=True)
class Statement:
    """SQL, and its parameters: a value, or the place of a list."""

    sql: str
    params: Sequence[Any]

    def filled(self, rows: Sequence[Delivery]) -> list[Any]:
        """Return the parameters for some rows."""
        lists = {
            "pk": [row.pk for row in rows],
            "token": list({row.claim_token for row in rows}),
            "address": [row.subscriber.address for row in rows if row.subscriber],
        }
        return [lists[part.name] if isinstance(part, Slot) else part for part in self.params]


class StatementsOfIssue:
    """The statements for one issue."""

    def __init__(self, work: IssueWork) -> None:
        self._work = work
        self._settle = _compiled(claims.try_to_settle_submitted)
        self._stamp = _compiled(lambda rows: claims.write_stamps(rows, work.fences(rows)))

    def settle_and_stamp(self, accepted: Sequence[Delivery], ready: Sequence[Delivery]) -> set[int]:
        """Do both in one transaction and one round trip; return the primary keys of the rows stamped.

        Either may be empty, not both. Raises what the database raises, and then nothing was done for certain.
        """
        if any(row.has_new_message_id for row in ready):
            return self._the_long_way(accepted, ready)
        parts = [(self._settle, accepted)] * bool(accepted) + [(self._stamp, ready)] * bool(ready)
        sql = " ".join([*(f"WITH settled AS ({part.sql})" for part, _ in parts[:-1]), parts[-1][0].sql])
        number = _run(sql, [value for part, rows in parts for value in part.filled(rows)])
        return claims.stamped_of(ready, number) if ready else set()

    def _the_long_way(self, accepted: Sequence[Delivery], ready: Sequence[Delivery]) -> set[int]:
        """Stamp rows that have a new Message-ID each, which is rare: an issue's rows are made with it."""
        with transaction.atomic():
            claims.try_to_settle_submitted(accepted)
            return claims.stamp_all(ready, self._work.fences(ready))


_statements: WeakKeyDictionary[IssueWork, StatementsOfIssue] = WeakKeyDictionary()


def statements_for(work: Any) -> StatementsOfIssue | None:
    """Return the statements for an issue, or None where one has to go the long way: elsewhere, or inside a transaction."""
    if connection.vendor != "postgresql" or connection.in_atomic_block or not isinstance(work, IssueWork):
        return None
    if work not in _statements:
        _statements[work] = StatementsOfIssue(work)
    return _statements[work]


def _compiled(write: Callable[[Sequence[Delivery]], object]) -> Statement:
    """Return the statement that ``write`` would run for any number of rows, without running it."""
    pk, token, address = STAND_INS
    sql, params = _captured(
        lambda: write([Delivery(pk=pk, claim_token=token, subscriber=Subscriber(address=address))])
    )
    parts = sql.split("%s")
    for place, value in enumerate(params):
        if value in STAND_INS:
            if not (parts[place].endswith(ONE_VALUE) and parts[place + 1].startswith(")")):
                raise ValueError(f"A value stands outside of a list: {sql}")
            parts[place] = parts[place].removesuffix(ONE_VALUE) + ANY_VALUES
    return Statement("%s".join(parts), [STAND_INS.get(value, value) for value in params])


def _captured(write: Callable[[], object]) -> tuple[str, Sequence[Any]]:
    found: list[tuple[str, Sequence[Any]]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> None:
        found.append((sql, params))

    with connection.execute_wrapper(keep):
        write()
    (statement,) = found
    return statement


def _run(sql: str, params: Sequence[Any]) -> int:
    """Run a statement, which is a transaction by itself; return how many rows it changed."""
    from psycopg import Cursor

    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        _let_prepare(cursor)
        cursor.execute(sql, params)
        return cursor.rowcount


def _let_prepare(cursor: Any) -> None:
    """Have this connection prepare statements, and plan each but once; Django's own cursors never prepare any.

    Not where server-side cursors are switched off: that is what Django asks for where a pool between it and PostgreSQL
    gives each transaction another connection.
    """
    raw = cursor.connection
    if raw.prepare_threshold is None and not connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
        cursor.execute("SET plan_cache_mode TO force_generic_plan")
        raw.prepare_threshold = PREPARE_AFTER
