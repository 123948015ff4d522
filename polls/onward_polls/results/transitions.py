"""Who went from which answer to which: cells merged row by row, so that nobody is found and most can be said.

A reader's first answer is the row. Within a row the small cells go together under OTHER, and rows that are
small as a whole go together in one cell. The rules of ``crosstable`` hold here too: no cell under five, and
none to be had by subtraction, within one table or between two that follow each other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from .crosstable import LEAST, OTHER, Cells, Label


#: One row: what was answered then -> how many; OTHER for what was merged.
Row = dict[Label, int]
#: {what was answered before: its row}; OTHER for the rows that were merged, with one cell.
Moves = dict[Label, Row]


def merge_moves(cells: Cells, same: Mapping[str, str], least: int = LEAST) -> Moves:
    """Merge until every cell holds at least ``least``; empty if even all of them together do not.

    ``same`` is {later option: the earlier one it stands for}: those cells are merged last, because who stayed
    matters most. A row with nothing to compare is shown as a total; without any other row, all are one total.
    """
    columns = {column for (_row, column), n in cells.items() if n and column is not OTHER}
    rows: dict[str, Row] = defaultdict(dict)
    for (row, column), n in cells.items():
        if n and row is not OTHER:
            rows[row][column] = n
    small = _too_small({row: sum(counts.values()) for row, counts in rows.items()}, least)
    moves: Moves = {
        row: _merged_row(counts, columns, [c for c in columns if same.get(c) == row], least)
        for row, counts in sorted(rows.items())
        if row not in small
    }
    if not any(len(row) > 1 for row in moves.values()):
        moves, small = {}, set(rows)
    if rest := sum(sum(rows[row].values()) for row in small):
        moves[OTHER] = {OTHER: rest}
    return moves if all(n >= least for row in moves.values() for n in row.values()) else {}


def next_moves(shown: Moves, cells: Cells, same: Mapping[str, str], least: int = LEAST) -> Moves:
    """Return what readers may see after ``shown``: newer moves, or the same ones once more."""
    fresh = merge_moves(cells, same, least)
    if not shown:
        return fresh
    candidates = (fresh, _projected(as_cells(cells), shown))
    return next((each for each in candidates if may_follow(shown, each, least)), shown)


def may_follow(shown: Moves, later: Moves, least: int = LEAST) -> bool:
    """Whether no count under ``least`` can be told from two sets of moves together."""
    if not later or any(n < least for row in later.values() for n in row.values()):
        return False
    if not _nested(shown, later):
        return False
    common: Moves = {}
    for row in _names(shown) & _names(later):
        if not _nested(shown[row], later[row]):
            return False
        common[row] = dict.fromkeys(_names(shown[row]) & _names(later[row]), 0)
    before, after = _projected(shown, common), _projected(later, common)
    places = {(row, column) for moves in (before, after) for row in moves for column in moves[row]}
    steps = (abs(_at(after, place) - _at(before, place)) for place in places)
    return all(step == 0 or step >= least for step in steps)


def as_cells(cells: Cells) -> Moves:
    """Return the same counts as rows."""
    moves: Moves = defaultdict(dict)
    for (row, column), n in cells.items():
        moves[row][column] = n
    return dict(moves)


def moves_as_rows(moves: Moves) -> list[list[str | int | None]]:
    """Return [[before, now, readers]] as JSON keeps it, always in the same order."""
    cells: list[list[str | int | None]] = [
        [row, column, n] for row, counts in moves.items() for column, n in counts.items()
    ]
    return sorted(cells, key=lambda cell: (cell[0] is None, str(cell[0]), cell[1] is None, str(cell[1])))


def moves_of(rows: Iterable[Iterable[str | int | None]]) -> Moves:
    """Return the moves that ``moves_as_rows`` gave."""
    moves: Moves = defaultdict(dict)
    for row, column, n in rows:
        moves[None if row is None else str(row)][None if column is None else str(column)] = int(n or 0)
    return dict(moves)


def _merged_row(counts: Row, columns: set[str], stayed: list[str], least: int) -> Row:
    """Merge the cells of one row; those of readers who stayed last."""
    order = sorted(columns, key=lambda column: (column in stayed, counts.get(column, 0), column))
    small = {column for column in columns if counts.get(column, 0) < least}
    # What is merged must be more than one cell, and enough together; the next smallest joins until it is.
    while small and sum(counts.get(column, 0) for column in small) < least and len(small) < len(columns):
        small.add(next(column for column in order if column not in small))
    row: Row = {column: counts[column] for column in sorted(columns - small)}
    if rest := sum(counts.get(column, 0) for column in small):
        row[OTHER] = rest
    return row if len(row) > 1 else {OTHER: sum(counts.values())}


def _too_small(totals: Mapping[str, int], least: int) -> set[str]:
    small = {label for label, n in totals.items() if n < least}
    order = sorted(totals, key=lambda label: (totals[label], label))
    while small and sum(totals[label] for label in small) < least and len(small) < len(totals):
        small.add(next(label for label in order if label not in small))
    return small


def _projected(moves: Moves, groups: Moves) -> Moves:
    """Add up moves under these rows and columns; everything else goes under OTHER."""
    sums: dict[Label, Counter[Label]] = defaultdict(Counter)
    for row, counts in moves.items():
        known = row if row is not OTHER and row in groups else OTHER
        for column, n in counts.items():
            named = known is not OTHER and column in groups[known]
            sums[known][column if named else OTHER] += n
    return {row: dict(counts) for row, counts in sums.items()}


def _at(moves: Moves, place: tuple[Label, Label]) -> int:
    return moves.get(place[0], {}).get(place[1], 0)


def _names(labels: Iterable[Label]) -> frozenset[str]:
    return frozenset(label for label in labels if label is not OTHER)


def _nested(before: Iterable[Label], after: Iterable[Label]) -> bool:
    one, two = _names(before), _names(after)
    return one <= two or two <= one
