"""Small cells: never shown, never to be had by subtraction, whatever readers answered and in whatever order."""

from collections import Counter
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from onward_polls.results.crosstable import (
    LEAST,
    CrossTable,
    may_follow,
    merge_small,
    next_table,
    project,
    table_of,
)
from onward_polls.results.transitions import Moves, merge_moves, moves_as_rows, moves_of, next_moves


#: The same cases in every run.
quick = settings(max_examples=200, deadline=None, derandomize=True)

names = st.sampled_from(["", *"ABCDEF"])
answers = st.sampled_from([*"uvwxyz"])
tables = st.dictionaries(st.tuples(names, answers), st.integers(0, 40), max_size=42)
#: Enough in every cell that something is left to show.
full = st.integers(0, 12).flatmap(
    lambda low: st.fixed_dictionaries({place: st.integers(low, 40) for place in product("ABC", "xyz")})
)
either = st.one_of(tables, full)


def margins(table: CrossTable) -> Counter[tuple[str, Any]]:
    sums: Counter[tuple[str, Any]] = Counter()
    for (row, column), n in table.cells.items():
        sums["row", row] += n
        sums["column", column] += n
    return sums


class TestSmallCells:
    @quick
    @given(table=either)
    def test_no_cell_is_small_and_nobody_is_lost(self, table: dict[tuple[str, str], int]) -> None:
        merged = merge_small(table)

        if merged is not None:
            assert min(merged.cells.values()) >= LEAST
            assert merged.total == sum(table.values())
            assert merged.is_split
            assert set(merged.cells) == set(product(merged.rows, merged.columns))

    @quick
    @given(table=either, data=st.data())
    def test_the_order_of_the_cells_does_not_matter(
        self, table: dict[tuple[str, str], int], data: st.DataObject
    ) -> None:
        shuffled = dict(data.draw(st.permutations(list(table.items()))))

        assert merge_small(shuffled) == merge_small(table)

    @quick
    @given(table=either)
    def test_names_kept_are_rows_of_the_table_and_never_one_alone_is_merged(
        self, table: dict[tuple[str, str], int]
    ) -> None:
        merged = merge_small(table)

        if merged is not None:
            for axis, shown in ((0, merged.rows), (1, merged.columns)):
                held = {place[axis] for place, n in table.items() if n}
                kept = {label for label in shown if label is not None}
                assert kept <= held
                assert (None in shown) == (len(held - kept) >= 2)
                assert len(held - kept) != 1

    @quick
    @given(table=either)
    def test_public_totals_less_what_is_shown_leave_nobody_alone(
        self, table: dict[tuple[str, str], int]
    ) -> None:
        """What anybody can subtract: the total of a row or column, known from elsewhere, less any shown cells."""
        merged = merge_small(table)

        if merged is not None:
            for (axis, label), total in margins(merged).items():
                cells = [n for place, n in merged.cells.items() if place[axis == "column"] == label]
                true = sum(
                    n
                    for place, n in table.items()
                    if _group(place[axis == "column"], merged.rows if axis == "row" else merged.columns)
                    == label
                )
                assert true == total
                assert all(total - cell == 0 or total - cell >= LEAST for cell in cells)

    @quick
    @given(
        table=full,
        later=st.lists(
            st.tuples(st.sampled_from("ABCD"), st.sampled_from("xyzw"), st.integers(0, 12)), max_size=12
        ),
    )
    def test_two_tables_in_turn_never_differ_by_fewer_than_five(
        self, table: dict[tuple[str, str], int], later: list[tuple[str, str, int]]
    ) -> None:
        cells = Counter(table)
        shown = next_table(None, cells)
        for row, column, n in later:
            cells[row, column] += n
            following = next_table(shown, cells)
            assert_nobody_between(shown, following)
            shown = following

    @quick
    @given(table=full)
    def test_a_table_survives_being_kept(self, table: dict[tuple[str, str], int]) -> None:
        shown = next_table(None, table)

        kept = table_of(shown.as_rows()) if shown else None

        assert kept == shown


def _group(label: str, shown: tuple[str | None, ...]) -> str | None:
    return label if label in shown else None


def assert_nobody_between(before: CrossTable | None, after: CrossTable | None) -> None:
    if before is None or after is None or before == after:
        return
    assert min(after.cells.values()) >= LEAST
    for rows, columns in product(subsets(before.rows, after.rows), subsets(before.columns, after.columns)):
        old, new = project(before.cells, rows, columns).cells, project(after.cells, rows, columns).cells
        for place in {*old, *new}:
            step = abs(new.get(place, 0) - old.get(place, 0))
            assert step == 0 or step >= LEAST


def subsets(before: tuple[str | None, ...], after: tuple[str | None, ...]) -> list[frozenset[str]]:
    """The labels that can be compared: those of the table that has fewer of them."""
    one = frozenset(label for label in before if label is not None)
    two = frozenset(label for label in after if label is not None)
    assert one <= two or two <= one
    return [one & two]


ROWS, COLUMNS = "ABCD", "wxyz"
SAME = dict(zip(COLUMNS, ROWS, strict=True))
transitions = st.dictionaries(
    st.tuples(st.sampled_from(ROWS), st.sampled_from(COLUMNS)), st.integers(0, 20), max_size=16
)


def groups_of(moves: Moves) -> dict[frozenset[tuple[str, str]], int]:
    """Return which of all possible moves each shown count adds up."""
    shown = {}
    for row, counts in moves.items():
        for column, n in counts.items():
            rows = [row] if row else [each for each in ROWS if each not in moves]
            columns = [column] if column else [each for each in COLUMNS if each not in counts]
            shown[frozenset(product(rows, columns))] = n
    return shown


class TestMoves:
    @quick
    @given(cells=transitions)
    def test_every_count_shown_is_true_large_enough_and_hides_who_is_in_it(
        self, cells: dict[tuple[str, str], int]
    ) -> None:
        moves = merge_moves(cells, SAME)

        if sum(cells.values()) < LEAST:
            assert moves == {}
        else:
            groups = groups_of(moves)
            assert sum(groups.values()) == sum(cells.values())
            for places, n in groups.items():
                assert n == sum(cells.get(place, 0) for place in places) >= LEAST

    @quick
    @given(cells=transitions, data=st.data())
    def test_the_order_of_the_moves_does_not_matter(
        self, cells: dict[tuple[str, str], int], data: st.DataObject
    ) -> None:
        shuffled = dict(data.draw(st.permutations(list(cells.items()))))

        assert merge_moves(shuffled, SAME) == merge_moves(cells, SAME)

    @quick
    @given(
        cells=transitions,
        later=st.lists(
            st.tuples(st.sampled_from(ROWS), st.sampled_from(COLUMNS), st.integers(0, 15)), max_size=12
        ),
    )
    def test_two_countings_in_turn_never_differ_by_fewer_than_five(
        self, cells: dict[tuple[str, str], int], later: list[tuple[str, str, int]]
    ) -> None:
        now = Counter(cells)
        shown = next_moves({}, now, SAME)
        for row, column, n in later:
            now[row, column] += n
            following = next_moves(shown, now, SAME)
            before, after = groups_of(shown), groups_of(following)
            for one, two in product(before, after):
                if one & two:
                    assert one <= two or two <= one
            for group in {max(one, two, key=len) for one in before for two in after if one & two}:
                old = sum(count for places, count in before.items() if places <= group)
                new = sum(count for places, count in after.items() if places <= group)
                assert old == new or abs(new - old) >= LEAST
            shown = following

    @quick
    @given(cells=transitions)
    def test_moves_survive_being_kept(self, cells: dict[tuple[str, str], int]) -> None:
        moves = merge_moves(cells, SAME)

        assert moves_of(moves_as_rows(moves)) == moves


def test_groups_that_cross_are_never_shown_one_after_the_other() -> None:
    cells = {("A", "x"): 6, ("A", "y"): 9, ("B", "x"): 2, ("B", "y"): 7, ("C", "x"): 20, ("C", "y"): 20}
    first = project(cells, ["C"], ["x", "y"])
    crossed = project(cells, ["A"], ["x", "y"])

    assert not may_follow(first, crossed)
