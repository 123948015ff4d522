"""A table in which nobody can be found, where readers may mark several options: who marked what, by role.

A row is a role; its first column, EVERYBODY, counts the readers of that role, and every other one those of them who
marked an option. Two options are never merged, because whoever marked both would be counted twice. An option is shown
for every role or for none: only where, of each role shown, at least five marked it and at least five did not.
"""

from collections.abc import Iterator, Sequence

from .crosstable import LEAST, Cells, CrossTable, Label, coarser, in_order, names_of, prefixes, project


#: The column that counts the readers of each role.
EVERYBODY = ""

#: How many options a ballot marks at least, and at most where there is a limit.
Limits = tuple[int, int | None]


def merge_marks(table: Cells, limits: Limits, least: int = LEAST) -> CrossTable | None:
    """Return the largest table that may be shown, or None if there is none.

    ``table`` has a count under EVERYBODY for each role. Roles are merged as in ``crosstable.merge_small``, at least two
    at a time; an option without any mark is left out, because its total is public and says so already.
    """
    marks = sorted(names_of(column for (_row, column), n in table.items() if n) - {EVERYBODY})
    if _tells_the_rest(len(marks), limits):
        return None
    best: CrossTable | None = None
    for kept in prefixes(_roles(table)):
        merged = project(table, kept, [EVERYBODY, *marks])
        shown = [mark for mark in marks if _hides(merged, mark, least)]
        if limits[0] == limits[1] and shown != marks:
            # Each ballot marks equally many, so what is left out could be subtracted.
            continue
        if shown and len(merged.rows) > 1 and (best is None or _size(merged, shown) > len(best.cells)):
            best = _only(merged, shown)
    return best


def next_marks(
    shown: CrossTable | None, table: Cells, limits: Limits, least: int = LEAST
) -> CrossTable | None:
    """Return what readers may see after ``shown``: a newer table, or the same one once more."""
    fresh = merge_marks(table, limits, least)
    if shown is None:
        return fresh
    marks = [column for column in shown.columns if column not in (EVERYBODY, None)]
    again = _only(project(table, names_of(shown.rows), names_of(shown.columns)), marks)
    candidates = [fresh, again if all(_hides(again, mark, least) for mark in marks) else None]
    return next((each for each in candidates if each and _may_follow(shown, each, least)), shown)


def _tells_the_rest(options: int, limits: Limits) -> bool:
    """Whether counts of single options say how many marked all of them: where a ballot leaves out one at most."""
    return options <= limits[0] + 1


def _roles(table: Cells) -> list[str]:
    """Return the roles that somebody has, the largest first."""
    readers = {row: n for (row, column), n in table.items() if column == EVERYBODY and n and row is not None}
    return sorted(readers, key=lambda row: (-readers[row], row))


def _size(table: CrossTable, shown: Sequence[Label]) -> int:
    return len(table.rows) * (len(shown) + 1)


def _only(table: CrossTable, marks: Sequence[Label]) -> CrossTable:
    columns = in_order([EVERYBODY, *marks])
    places = [(row, column) for row in table.rows for column in columns]
    return CrossTable(table.rows, columns, {place: table.cells.get(place, 0) for place in places})


def _hides(table: CrossTable, mark: Label, least: int) -> bool:
    """Whether of each role enough readers marked an option, and enough did not."""
    return all(min(halves) >= least for row in table.rows for halves in [_halves(table, row, mark)])


def _halves(table: CrossTable, row: Label, mark: Label) -> tuple[int, int]:
    marked = table.cells.get((row, mark), 0)
    return marked, table.cells.get((row, EVERYBODY), 0) - marked


def _may_follow(shown: CrossTable, later: CrossTable, least: int) -> bool:
    """Whether each number that both tables hold has moved by enough readers, or not at all; as in ``crosstable``."""
    rows = coarser(names_of(shown.rows), names_of(later.rows))
    if rows is None:
        return False
    columns = names_of(shown.columns) & names_of(later.columns)
    before, after = (_only(project(each.cells, rows, columns), sorted(columns)) for each in (shown, later))
    return all(step == 0 or step >= least for step in _steps(before, after))


def _steps(before: CrossTable, after: CrossTable) -> Iterator[int]:
    for row in {*before.rows, *after.rows}:
        for column in before.columns:
            if column == EVERYBODY:
                yield abs(after.cells.get((row, column), 0) - before.cells.get((row, column), 0))
            else:
                halves = zip(_halves(before, row, column), _halves(after, row, column), strict=True)
                yield from (abs(new - old) for old, new in halves)
