"""Settling and stamping in one prepared statement of PostgreSQL, made of the very statements of ``claims``.

Putting a statement together takes Django longer than PostgreSQL takes to run it, and planning it takes PostgreSQL as long
as running it. So the ORM does the one once, with stand-ins for the values, PostgreSQL does the other once for each
connection, and from then on only the values change. What must hold for a stamp is said in one place all the same: in
``claims`` and in the work's ``fences``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

from . import claims
from .models import Delivery, Subscriber
from .second_connection import Parameters
from .work import IssueWork


#: How a list of one value looks in Django's SQL.
ONE_VALUE = " IN ("


@dataclass(frozen=True)
class Slot:
    """The place of a list of values that is another one each time."""

    name: str
    type: str


#: Stands for the one row of which a statement is made; no row has such values.
STAND_INS: dict[Any, Slot] = {
    -1: Slot("pk", "bigint[]"),
    "any token": Slot("token", "text[]"),
    "any address": Slot("address", "text[]"),
}


@dataclass(frozen=True)
class Statement:
    """SQL in pieces, and the slots between them."""

    pieces: Sequence[str]
    slots: Sequence[Slot]

    def numbered(self, numbers: Iterator[int]) -> str:
        """Return the SQL, with the next numbers for its parameters."""
        places = [f"${next(numbers)}::{slot.type}" for slot in self.slots]
        return "".join(chain.from_iterable(zip(self.pieces, [*places, ""], strict=True)))

    def filled(self, rows: Sequence[Delivery]) -> Parameters:
        """Return the parameters for some rows."""
        lists: dict[str, list[Any]] = {
            "pk": [row.pk for row in rows],
            "token": list({row.claim_token for row in rows}),
            "address": [row.subscriber.address for row in rows if row.subscriber],
        }
        return [lists[slot.name] for slot in self.slots]


class StatementsOfIssue:
    """The statements for one issue, each of them a transaction by itself."""

    def __init__(self, work: IssueWork) -> None:
        settle = _compiled(claims.try_to_settle_submitted)
        stamp = _compiled(lambda rows: claims.write_stamps(rows, work.fences(rows)))
        self._settle, self._stamp = settle, stamp
        self._sql = {
            (True, False): settle.numbered(count(1)),
            (False, True): stamp.numbered(count(1)),
            (True, True): _both(settle, stamp),
        }

    def settle_and_stamp(
        self, accepted: Sequence[Delivery], ready: Sequence[Delivery]
    ) -> tuple[str, Parameters]:
        """Return the statement that does both, and its parameters. Either may be empty, not both.

        It changes as many rows as it stamps; without any to stamp, as many as it settles.
        """
        parameters = [
            *(self._settle.filled(accepted) if accepted else ()),
            *(self._stamp.filled(ready) if ready else ()),
        ]
        return self._sql[bool(accepted), bool(ready)], parameters


def _both(settle: Statement, stamp: Statement) -> str:
    numbers = count(1)
    return f"WITH settled AS ({settle.numbered(numbers)}) {stamp.numbered(numbers)}"


_statements: WeakKeyDictionary[IssueWork, StatementsOfIssue] = WeakKeyDictionary()


def statements_for(work: Any) -> StatementsOfIssue | None:
    """Return the statements for an issue, or None where one has to go the long way: elsewhere, or inside a transaction."""
    if connection.vendor != "postgresql" or connection.in_atomic_block or not isinstance(work, IssueWork):
        return None
    if work not in _statements:
        _statements[work] = StatementsOfIssue(work)
    return _statements[work]


def _compiled(write: Callable[[Sequence[Delivery]], object]) -> Statement:
    """Return the statement that ``write`` would run for any number of rows, without running it.

    What stands in a slot is written as a list of any length; all other values are written out.
    """
    pk, token, address = STAND_INS
    sql, params = _captured(
        lambda: write([Delivery(pk=pk, claim_token=token, subscriber=Subscriber(address=address))])
    )
    pieces, slots = [""], list[Slot]()
    texts = iter(sql.split("%s"))
    pieces[-1] = next(texts)
    for value, text in zip(params, texts, strict=True):
        slot = STAND_INS.get(value)
        if slot is None:
            pieces[-1] += _literal(value) + text
        elif pieces[-1].endswith(ONE_VALUE) and text.startswith(")"):
            pieces[-1] = pieces[-1].removesuffix(ONE_VALUE) + " = ANY("
            pieces.append(text)
            slots.append(slot)
        else:
            raise ValueError(f"A value stands outside of a list: {sql}")
    return Statement(pieces, slots)


def _literal(value: object) -> str:
    from psycopg.sql import Literal

    return Literal(value).as_string(connection.connection)


def _captured(write: Callable[[], object]) -> tuple[str, Sequence[Any]]:
    found: list[tuple[str, Sequence[Any]]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> None:
        found.append((sql, params))

    with connection.execute_wrapper(keep):
        write()
    (statement,) = found
    return statement
