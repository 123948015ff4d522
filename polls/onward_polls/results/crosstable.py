"""Two-way tables in which nobody can be found: neither in one table, nor by comparing it with the next.

A cell under five is never shown. It is merged with others of its row or column, so every cell that is left
out can only be subtracted as part of a group of at least five. A table that replaces another one changes
each cell they have in common by at least five, or not at all: whoever kept the first learns nothing about
the one reader who answered in between.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


#: The smallest count that a cell of a table may show.
LEAST = 5

#: The row or column that the small ones were merged into; None cannot be the name of any other.
OTHER = None

Label = str | None
#: (row, column) -> how many; places that are missing count as none.
Cells = Mapping[tuple[Label, Label], int]


@dataclass(frozen=True)
class CrossTable:
    """A table with a count in every cell; rows and columns in no particular order, OTHER last."""

    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    cells: Cells

    @property
    def total(self) -> int:
        return sum(self.cells.values())

    @property
    def is_split(self) -> bool:
        """Whether it says more than how many there are."""
        return len(self.rows) > 1 and len(self.columns) > 1

    def as_rows(self) -> list[list[str | int | None]]:
        """Return [[row, column, count]] as JSON keeps it, always in the same order."""
        return sorted(
            ([row, column, count] for (row, column), count in self.cells.items()),
            key=lambda cell: (cell[0] is None, str(cell[0]), cell[1] is None, str(cell[1])),
        )


def table_of(rows: Iterable[Sequence[str | int | None]]) -> CrossTable | None:
    """Return the table that ``as_rows`` gave, or None for an empty list."""
    cells: dict[tuple[Label, Label], int] = {
        (_label(row), _label(column)): int(count or 0) for row, column, count in rows
    }
    if not cells:
        return None
    return CrossTable(
        in_order({row for row, _column in cells}), in_order({column for _row, column in cells}), cells
    )


def merge_small(table: Cells, least: int = LEAST) -> CrossTable | None:
    """Merge rows and columns until every cell holds at least ``least``, or return None if that says nothing.

    Rows and columns without any count are left out: their totals are public and say so already. Of the
    rest those with the smallest cells are merged, at least two at a time, and as few as possible. The
    total never changes, and the order of the cells does not matter.
    """
    cells = {place: count for place, count in table.items() if count}
    rows = _by_size(cells, 0)
    columns = _by_size(cells, 1)
    best: CrossTable | None = None
    for kept_rows in prefixes(rows):
        for kept_columns in prefixes(columns):
            size = _shown(kept_rows, rows) * _shown(kept_columns, columns)
            if best is None or size > len(best.cells):
                merged = project(cells, kept_rows, kept_columns)
                if merged.is_split and _is_safe(merged, least):
                    best = merged
    return best


def project(table: Cells, rows: Collection[Label], columns: Collection[Label]) -> CrossTable:
    """Add up a table under these rows and columns; everything else goes under OTHER."""
    sums: Counter[tuple[Label, Label]] = Counter()
    for (row, column), count in table.items():
        sums[row if row in rows else OTHER, column if column in columns else OTHER] += count
    shown_rows = in_order({row for row, _column in sums})
    shown_columns = in_order({column for _row, column in sums})
    places = [(row, column) for row in shown_rows for column in shown_columns]
    return CrossTable(shown_rows, shown_columns, {place: sums[place] for place in places})


def next_table(shown: CrossTable | None, table: Cells, least: int = LEAST) -> CrossTable | None:
    """Return what readers may see after ``shown``: a newer table, or the same one once more."""
    fresh = merge_small(table, least)
    if shown is None:
        return fresh
    candidates = (fresh, project(table, names_of(shown.rows), names_of(shown.columns)))
    return next((each for each in candidates if each and may_follow(shown, each, least)), shown)


def may_follow(shown: CrossTable, later: CrossTable, least: int = LEAST) -> bool:
    """Whether no count under ``least`` can be told from the two tables together.

    One of them must be the finer one, in rows and in columns: groups that cross would show their difference.
    """
    if not _is_safe(later, least):
        return False
    rows = coarser(names_of(shown.rows), names_of(later.rows))
    columns = coarser(names_of(shown.columns), names_of(later.columns))
    if rows is None or columns is None:
        return False
    before = project(shown.cells, rows, columns).cells
    after = project(later.cells, rows, columns).cells
    steps = (abs(after.get(place, 0) - before.get(place, 0)) for place in {*before, *after})
    return all(step == 0 or step >= least for step in steps)


def _is_safe(table: CrossTable, least: int) -> bool:
    return bool(table.cells) and min(table.cells.values()) >= least


def _by_size(cells: Cells, axis: int) -> list[str]:
    """Return the labels of one side, those with the largest smallest cell first, then the largest."""
    across = {place[1 - axis] for place in cells}
    labels = names_of(place[axis] for place in cells)

    def counts(label: str) -> list[int]:
        return [cells.get((label, other) if axis == 0 else (other, label), 0) for other in across]

    return sorted(labels, key=lambda label: (-min(counts(label)), -sum(counts(label)), label))


def prefixes(labels: list[str]) -> Iterator[list[str]]:
    """Return all labels, then ever fewer; one alone is never merged, because that would hide nothing."""
    yield labels
    for kept in range(len(labels) - 2, 0, -1):
        yield labels[:kept]


def _shown(kept: list[str], labels: list[str]) -> int:
    return len(kept) + (len(kept) < len(labels))


def names_of(labels: Iterable[Label]) -> frozenset[str]:
    return frozenset(label for label in labels if label is not OTHER)


def coarser(before: frozenset[str], after: frozenset[str]) -> frozenset[str] | None:
    """Return the labels of the coarser side, or None where neither is."""
    return before & after if before <= after or after <= before else None


def in_order(labels: Collection[Label]) -> tuple[Label, ...]:
    return tuple(sorted(labels, key=lambda label: (label is OTHER, label or "")))


def _label(value: str | int | None) -> Label:
    return None if value is None else str(value)
