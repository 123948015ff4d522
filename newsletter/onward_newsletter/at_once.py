"""Settling and stamping in one message to PostgreSQL, by the very statements of ``claims``.

Putting a statement together takes Django longer than PostgreSQL takes to run it. So the ORM does it once for each shape,
with stand-ins for the values, and from then on only the values are filled in. What must hold for a stamp is said in one
place all the same: in ``claims`` and in the work's ``fences``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

from . import claims
from .models import Delivery, Subscriber
from .work import IssueWork


#: SQL, and its parameters: a value, or the name of one and the row it comes from.
Statement = tuple[str, Sequence[Any]]


@dataclass(frozen=True)
class Slot:
    """The place of a value that is another one each time."""

    name: str
    number: int


class StatementsOfIssue:
    """The statements for one issue, by how many rows they are about."""

    def __init__(self, work: IssueWork) -> None:
        self._work = work
        self._shapes: dict[tuple[Any, ...], Statement] = {}

    def settle_and_stamp(self, accepted: Sequence[Delivery], ready: Sequence[Delivery]) -> set[int]:
        """Do both in one transaction and one round trip; return the primary keys of the rows stamped.

        Either may be empty, not both. Raises what the database raises, and then nothing was done for certain.
        """
        parts = []
        if accepted:
            parts.append(self._filled("settle", accepted, claims.try_to_settle_submitted))
        if ready:
            parts.append(self._filled("stamp", ready, self._stamp))
        number = _run(parts)
        return claims.stamped_of(ready, number) if ready else set()

    def _stamp(self, rows: Sequence[Delivery]) -> int:
        return claims.write_stamps(rows, self._work.fences(rows))

    def _filled(
        self, kind: str, rows: Sequence[Delivery], write: Callable[[Sequence[Delivery]], object]
    ) -> Statement:
        tokens = sorted({row.claim_token for row in rows})
        named = tuple(row.has_new_message_id for row in rows) if kind == "stamp" else ()
        shape = (kind, len(rows), len(tokens), named)
        if shape not in self._shapes:
            self._shapes[shape] = _compiled(write, len(rows), len(tokens), named)
        sql, params = self._shapes[shape]
        values: dict[str, list[Any]] = {
            "pk": [row.pk for row in rows],
            "message_id": [row.message_id for row in rows],
            "address": [row.subscriber.address if row.subscriber else "" for row in rows],
            "token": tokens,
        }
        return sql, [values[part.name][part.number] if isinstance(part, Slot) else part for part in params]


_statements: WeakKeyDictionary[IssueWork, StatementsOfIssue] = WeakKeyDictionary()


def statements_for(work: Any) -> StatementsOfIssue | None:
    """Return the statements for an issue, or None where one has to go the long way: elsewhere, or inside a transaction."""
    if connection.vendor != "postgresql" or connection.in_atomic_block or not isinstance(work, IssueWork):
        return None
    if connection.settings_dict["OPTIONS"].get("server_side_binding"):
        return None
    return _statements.setdefault(work, StatementsOfIssue(work))


def _compiled(
    write: Callable[[Sequence[Delivery]], object], rows: int, tokens: int, named: Sequence[bool]
) -> Statement:
    """Return the statement that ``write`` would run for so many rows, without running it."""
    stand_ins: dict[Any, Slot] = {}

    def stand_in(name: str, number: int, value: Any) -> Any:
        stand_ins[value] = Slot(name, number)
        return value

    token_values = [stand_in("token", number, f"token {number}") for number in range(tokens)]
    deliveries = []
    for number in range(rows):
        delivery = Delivery(
            # No row has a primary key below zero.
            pk=stand_in("pk", number, -1 - number),
            claim_token=token_values[number % tokens],
            message_id=stand_in("message_id", number, f"message id {number}"),
            subscriber=Subscriber(address=stand_in("address", number, f"address {number}")),
        )
        delivery.has_new_message_id = bool(named) and named[number]
        deliveries.append(delivery)
    sql, params = _captured(lambda: write(deliveries))
    return sql, [stand_ins.get(value, value) for value in params]


def _captured(write: Callable[[], object]) -> Statement:
    found: list[Statement] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> None:
        found.append((sql, list(params)))

    with connection.execute_wrapper(keep):
        write()
    (statement,) = found
    return statement


def _run(parts: Sequence[Statement]) -> int:
    """Run the statements as one message, which is one transaction; return how many rows the last of them changed."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, _ in parts), [value for _, values in parts for value in values])
        while cursor.nextset():
            pass
        return int(cursor.rowcount)
