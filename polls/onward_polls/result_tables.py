"""The two tables beside a result, ready to print: answers by role, and who moved since the last time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .crosstable import OTHER, CrossTable, Label, table_of
from .errors import day
from .models import Breakdown, Poll
from .tally import PollTally, same_options


@dataclass(frozen=True)
class RoleTable:
    """How many readers of each role gave each answer; no cell under five."""

    roles: tuple[str, ...]
    #: [(answer, [readers of each role])]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    #: Readers of each role.
    totals: tuple[int, ...]
    #: Who is in the table, and when it was counted.
    about: str


@dataclass(frozen=True)
class Move:
    """How many went from one answer to another, or stayed."""

    before: str
    now: str
    count: int
    stayed: bool
    #: How many moves begin at the same answer, on the first of them; 0 on the others.
    span: int


@dataclass(frozen=True)
class MovesTable:
    """What the readers who answered both polls said the second time, by what they had said the first time."""

    moves: tuple[Move, ...]
    about: str
    n: int


def role_table(poll: Poll, breakdown: Breakdown, tally: PollTally) -> RoleTable | None:
    """Return the answers by role as last counted, or None where too few of each role gave each answer."""
    table = table_of(breakdown.by_role)
    if table is None or not table.is_split or breakdown.by_role_at is None:
        return None
    roles = sorted(table.rows, key=lambda role: _place(role, [*poll.role_list, ""]))
    answers = _in_order(table.columns, tally)
    names = _texts(tally)
    return RoleTable(
        roles=tuple(_role(role, table) for role in roles),
        rows=tuple(
            (_answer(answer, names), tuple(table.cells[role, answer] for role in roles)) for answer in answers
        ),
        totals=tuple(sum(table.cells[role, answer] for answer in answers) for role in roles),
        about=_counted(
            ngettext(
                "%(n)s reader, counted on %(date)s.", "%(n)s readers, counted on %(date)s.", table.total
            ),
            table.total,
            breakdown.by_role_at,
        ),
    )


def moves_table(breakdown: Breakdown, tally: PollTally, then: PollTally) -> MovesTable | None:
    """Return who moved since the last time, as last counted; without moves where the groups are too small."""
    table = table_of(breakdown.moves)
    if table is None or breakdown.moves_at is None:
        return None
    about = _counted(
        ngettext(
            "%(n)s reader answered both times, as counted on %(date)s.",
            "%(n)s readers answered both times, as counted on %(date)s.",
            table.total,
        ),
        table.total,
        breakdown.moves_at,
    )
    return MovesTable(
        tuple(_moves(table, tally, then)), f"{about} {_stayed(table, tally, then)}".strip(), table.total
    )


def _moves(table: CrossTable, tally: PollTally, then: PollTally) -> Iterable[Move]:
    if not table.is_split:
        return
    same, now, before = _same(tally, then), _texts(tally), _texts(then)
    columns = _in_order(table.columns, tally)
    for row in _in_order(table.rows, then):
        for place, column in enumerate(columns):
            stayed = row is not OTHER and same.get(str(column)) == row
            yield Move(
                _answer(row, before),
                _answer(column, now),
                table.cells[row, column],
                stayed,
                span=0 if place else len(columns),
            )


def _stayed(table: CrossTable, tally: PollTally, then: PollTally) -> str:
    """Say how many gave the same answer again; only where the table shows each of them, so nothing is told beside it."""
    same = _same(tally, then)
    pairs = {(row, column) for column, row in same.items()}
    shown = set(table.rows) | set(table.columns)
    if not table.is_split or OTHER in shown or any("/" in str(label) for label in shown):
        return ""
    n = sum(count for place, count in table.cells.items() if place in pairs)
    said = ngettext(
        "%(n)s of them gave the same answer again.", "%(n)s of them gave the same answer again.", n
    )
    return said % {"n": f"{n:,}"}


def _same(tally: PollTally, then: PollTally) -> Mapping[str, str]:
    return {str(uuid): str(line.option_uuid) for uuid, line in same_options(tally, then).items()}


def _counted(sentence: str, n: int, moment: datetime) -> str:
    return sentence % {"n": f"{n:,}", "date": day(moment)}


def _texts(tally: PollTally) -> dict[str, str]:
    return {str(line.option_uuid): line.text for line in tally.lines}


def _in_order(labels: Iterable[Label], tally: PollTally) -> list[Label]:
    order = [str(line.option_uuid) for line in tally.lines]
    return sorted(labels, key=lambda label: _place(label and label.split("/")[0], order))


def _place(label: Label, order: Sequence[str]) -> tuple[bool, int, str]:
    known = label is not OTHER and label in order
    return label is OTHER, order.index(str(label)) if known else len(order), str(label)


def _answer(label: Label, texts: Mapping[str, str]) -> str:
    """Return the text of an option, of a stretch of a scale, or of what was merged."""
    if label is OTHER:
        return _("Other answers")
    first, _slash, last = label.partition("/")
    if last and last != first:
        return _("%(first)s to %(last)s") % {"first": texts.get(first, "?"), "last": texts.get(last, "?")}
    return texts.get(first) or _("An answer no longer shown")


def _role(label: Label, table: CrossTable) -> str:
    if label is OTHER:
        return _("Other roles") if "" in table.rows else _("Other roles, or none given")
    return label or _("No role given")
