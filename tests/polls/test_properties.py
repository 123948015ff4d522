"""What holds for any answers, in any order: counts add up, small cells stay hidden, options match one to one."""

from collections import Counter
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward_polls.actions import (
    cast_ballot,
    fold_tallies,
    link_reader,
    rebuild_tallies,
    refresh_breakdown,
    withdraw_ballot,
)
from onward_polls.crosstable import LEAST, CrossTable, may_follow, merge_small, next_table, project, table_of
from onward_polls.models import Ballot, Poll
from onward_polls.readers import linked_key, reader_key, view_reader
from onward_polls.tally import PollTally, TallyLine, read_tally, recount, same_options
from tests.polls.factories import a_poll


#: The same cases in every run.
quick = settings(max_examples=200, deadline=None, derandomize=True)
with_database = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

#: One person has at most a browser and a mail.
IDENTITIES = ("rid:a", "subscriber:a", "rid:b", "subscriber:b", "rid:c")

marks = st.sets(st.integers(0, 3), min_size=1, max_size=3)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("cast"), st.sampled_from(IDENTITIES), marks, st.sampled_from(Ballot.Door.values)),
        st.tuples(st.just("withdraw"), st.sampled_from(IDENTITIES)),
        st.tuples(st.just("link"), st.sampled_from("abc")),
        st.tuples(st.just("fold")),
        st.tuples(st.just("count")),
    ),
    max_size=15,
)


class Diary:
    """What each person would say who was asked what he answered last: a model without any tally."""

    def __init__(self, poll: Poll) -> None:
        self.poll = poll
        self.options = list(poll.options.all())
        #: person, or identity until it is known whose it is -> (turn, marks or None if taken back)
        self.last: dict[str, tuple[int, frozenset[int] | None]] = {}
        self.known: set[str] = set()
        self.turn = 0

    def who(self, identity: str) -> str:
        person = identity.split(":")[1]
        return person if person in self.known else identity

    def take(self, what: str, *details: Any) -> None:
        self.turn += 1
        getattr(self, what)(*details)

    def cast(self, identity: str, marked: set[int], door: str) -> None:
        chosen = [self.options[place] for place in sorted(marked)]
        cast_ballot(self.poll, identity=identity, options=chosen, door=door)
        who = self.who(identity)
        turn, before = self.last.get(who, (0, None))
        self.last[who] = (turn if before == marked else self.turn, frozenset(marked))

    def withdraw(self, identity: str) -> None:
        ballot = view_reader(self.poll, identity).ballot
        if ballot and ballot.stands:
            withdraw_ballot(ballot)
            self.last[self.who(identity)] = (self.turn, None)

    def link(self, person: str) -> None:
        browser, mail = f"rid:{person}", f"subscriber:{person}"
        link_reader(self.poll, alias=browser, identity=mail)
        if person not in self.known:
            self.known.add(person)
            said = [self.last.pop(name) for name in (browser, mail) if name in self.last]
            if said:
                self.last[person] = max(said, key=lambda each: each[0])

    def fold(self) -> None:
        fold_tallies(self.poll)

    def count(self) -> None:
        refresh_breakdown(Poll.objects.select_related("breakdown").get(pk=self.poll.pk))

    def said(self) -> list[frozenset[int]]:
        return [marked for _turn, marked in self.last.values() if marked is not None]


def played(sequence: list[tuple[Any, ...]]) -> Diary:
    diary = Diary(a_poll(kind=Poll.Kind.MULTIPLE))
    for step in sequence:
        diary.take(*step)
    return diary


@pytest.mark.django_db
class TestCounting:
    @with_database
    @given(sequence=steps)
    def test_the_tally_is_what_people_say_they_answered(self, sequence: list[tuple[Any, ...]]) -> None:
        with transaction.atomic():
            diary = played(sequence)
            tally = read_tally(diary.poll)

            assert tally.n == len(diary.said())
            assert [line.count for line in tally.lines] == [
                sum(place in marked for marked in diary.said()) for place in range(4)
            ]
            transaction.set_rollback(True)

    @with_database
    @given(sequence=steps)
    def test_counting_again_changes_nothing(self, sequence: list[tuple[Any, ...]]) -> None:
        with transaction.atomic():
            diary = played(sequence)
            before = read_tally(diary.poll)

            assert rebuild_tallies(diary.poll) == 0
            assert read_tally(diary.poll) == before
            assert read_tally(diary.poll, live=False) == before
            assert sum(recount(diary.poll).values()) == before.n + sum(line.count for line in before.lines)
            transaction.set_rollback(True)

    @with_database
    @given(sequence=steps)
    def test_one_person_has_one_ballot_with_the_latest_answer(self, sequence: list[tuple[Any, ...]]) -> None:
        with transaction.atomic():
            diary = played(sequence)

            for person in diary.known:
                keys = {
                    linked_key(diary.poll, reader_key(diary.poll, f"{kind}:{person}"))
                    for kind in ("rid", "subscriber")
                }
                assert Ballot.objects.filter(poll=diary.poll, reader_key__in=keys).count() <= 1
                view = view_reader(diary.poll, f"rid:{person}")
                _turn, marked = diary.last.get(person, (0, None))
                assert view.chosen == {diary.options[place].uuid for place in marked or ()}
            transaction.set_rollback(True)


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


def test_groups_that_cross_are_never_shown_one_after_the_other() -> None:
    cells = {("A", "x"): 6, ("A", "y"): 9, ("B", "x"): 2, ("B", "y"): 7, ("C", "x"): 20, ("C", "y"): 20}
    first = project(cells, ["C"], ["x", "y"])
    crossed = project(cells, ["A"], ["x", "y"])

    assert not may_follow(first, crossed)


texts = st.text("abc ", min_size=1, max_size=3).map(str.strip).filter(bool)
ids = iter(range(1, 10**9))


def a_tally(lines: list[tuple[int, str, int | None]]) -> PollTally:
    return PollTally(
        1,
        "?",
        0,
        tuple(
            TallyLine(UUID(int=number), text, 0, 0.0, option_id=number, follows_id=follows)
            for number, text, follows in lines
        ),
        {},
        None,
        None,
        Poll.Kind.SINGLE,
    )


asked = st.lists(texts, unique=True, max_size=6)


class TestAskedAgain:
    @quick
    @given(before=asked, now=asked, data=st.data())
    def test_every_option_is_matched_at_most_once_and_the_authors_word_goes_first(
        self, before: list[str], now: list[str], data: st.DataObject
    ) -> None:
        places = st.one_of(st.none(), st.integers(1, max(len(before), 1)))
        follows = [data.draw(places) for _option in now]
        then = a_tally([(place, text, None) for place, text in enumerate(before, 1)])
        later = a_tally([(100 + place, text, follows[place]) for place, text in enumerate(now)])

        matched = same_options(later, then)

        origins = [line.option_uuid for line in matched.values()]
        assert len(origins) == len(set(origins))
        for line in later.lines:
            if line.follows_id in range(1, len(before) + 1):
                taken = {match.option_id for match in matched.values()}
                assert line.follows_id in taken

    @quick
    @given(before=asked, now=asked)
    def test_it_does_not_matter_which_of_two_polls_came_first(
        self, before: list[str], now: list[str]
    ) -> None:
        one = a_tally([(place, text, None) for place, text in enumerate(before, 1)])
        two = a_tally([(100 + place, text, None) for place, text in enumerate(now)])

        forth = {(uuid, line.option_uuid) for uuid, line in same_options(two, one).items()}
        back = {(line.option_uuid, uuid) for uuid, line in same_options(one, two).items()}

        assert forth == back

    @quick
    @given(before=asked, now=asked)
    def test_renaming_what_matches_nothing_changes_no_match(self, before: list[str], now: list[str]) -> None:
        then = a_tally([(place, text, None) for place, text in enumerate(before, 1)])
        later = a_tally([(100 + place, text, None) for place, text in enumerate(now)])
        matched = same_options(later, then)

        renamed = a_tally(
            [
                (line.option_id, line.text if line.option_uuid in matched else f"new {line.option_id}", None)
                for line in later.lines
            ]
        )

        assert same_options(renamed, then) == matched
