"""The two tables beside a result, ready to print: answers by role, and who moved since the last time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_polls.errors import day
from onward_polls.models import Breakdown, Poll
from onward_polls.tally import PollTally, same_options

from .crosstable import OTHER, CrossTable, Label, table_of
from .marks import EVERYBODY
from .transitions import Moves, moves_of


@dataclass(frozen=True)
class RoleTable:
    """How many readers of each role gave each answer, those of a kind with several too; no cell under five."""

    roles: tuple[str, ...]
    #: [(answer, [readers of each role])]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    #: Readers of each role: the sum of its answers, where each of them gave one.
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
    answers = _in_order((column for column in table.columns if column != EVERYBODY), tally)
    names = _texts(tally)
    counting = answers if poll.takes_one_answer else [EVERYBODY]
    totals = tuple(sum(table.cells[role, column] for column in counting) for role in roles)
    return RoleTable(
        roles=tuple(_role(role, table) for role in roles),
        rows=tuple(
            (_answer(answer, names), tuple(table.cells[role, answer] for role in roles)) for answer in answers
        ),
        totals=totals,
        about=_about_roles(poll, sum(totals), breakdown.by_role_at),
    )


def _about_roles(poll: Poll, n: int, moment: datetime) -> str:
    said = ngettext("%(n)s reader, counted on %(date)s.", "%(n)s readers, counted on %(date)s.", n)
    counted = _counted(said, n, moment)
    if poll.takes_one_answer:
        return counted
    several = _(
        "A reader may have given several answers, so they add up to more than the readers. An answer that fewer than "
        "five of a group gave, or all of it but fewer than five, is left out."
    )
    return f"{counted} {several}"


def moves_table(breakdown: Breakdown, tally: PollTally, then: PollTally) -> MovesTable | None:
    """Return who moved since the last time, as last counted; without moves where the groups are too small."""
    rows = moves_of(breakdown.moves)
    if not rows or breakdown.moves_at is None:
        return None
    n = sum(sum(counts.values()) for counts in rows.values())
    said = ngettext(
        "%(n)s reader answered both times, as counted on %(date)s.",
        "%(n)s readers answered both times, as counted on %(date)s.",
        n,
    )
    moves = tuple(_moves(rows, tally, then)) if len(rows) > 1 or OTHER not in rows else ()
    about = f"{_counted(said, n, breakdown.moves_at)} {_stayed(rows, moves, tally, then)}".strip()
    return MovesTable(moves, about, n)


def _moves(rows: Moves, tally: PollTally, then: PollTally) -> Iterable[Move]:
    same, now, before = _same(tally, then), _texts(tally), _texts(then)
    for row in _in_order(rows, then):
        columns = _in_order(rows[row], tally)
        # Those who stayed first: they are what one looks for.
        columns.sort(key=lambda column: row is OTHER or same.get(str(column)) != row)
        for place, column in enumerate(columns):
            yield Move(
                _answer(row, before),
                _answer(column, now) if len(columns) > 1 else _("Any answer"),
                rows[row][column],
                stayed=row is not OTHER and same.get(str(column)) == row,
                span=0 if place else len(columns),
            )


def _stayed(rows: Moves, moves: Iterable[Move], tally: PollTally, then: PollTally) -> str:
    """Say how many gave the same answer again; only where the table shows them all, so nothing is told beside it."""
    same = {earlier: later for later, earlier in _same(tally, then).items()}
    if OTHER in rows or not all(same.get(str(row), "") in rows[row] for row in rows):
        return ""
    n = sum(move.count for move in moves if move.stayed)
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
