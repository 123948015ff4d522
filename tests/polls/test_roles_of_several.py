"""Answers by role where readers may give several: nobody is counted twice, and nobody is found."""

import re
from collections import Counter
from itertools import combinations, product

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from onward_polls.actions import refresh_breakdown
from onward_polls.components import PollResults
from onward_polls.models import Breakdown, Poll
from onward_polls.results.crosstable import LEAST, CrossTable, table_of
from onward_polls.results.marks import EVERYBODY, Limits, merge_marks, next_marks
from onward_polls.tally import read_tally
from tests.polls.factories import a_poll, an_article, vote


quick = settings(max_examples=200, deadline=None, derandomize=True)

ROLES, OPTIONS = ("", *"ABC"), "wxyz"
#: What one reader said: a role, and the options marked.
readers = st.tuples(st.sampled_from(ROLES), st.frozensets(st.sampled_from(OPTIONS), min_size=1))
#: Several readers who said the same, so that there is something to show.
crowds = st.lists(st.tuples(readers, st.integers(1, 12)), min_size=1, max_size=24)
FREE: Limits = (1, None)


def counted(crowd: list[tuple[tuple[str, frozenset[str]], int]]) -> Counter[tuple[str | None, str | None]]:
    cells: Counter[tuple[str | None, str | None]] = Counter()
    for (role, marked), n in crowd:
        cells[role, EVERYBODY] += n
        for option in marked:
            cells[role, option] += n
    return cells


def halves(table: CrossTable) -> dict[tuple[str | None, str | None, bool], int]:
    """Return how many of each role marked each option shown, and how many did not."""
    found = {}
    for role, option in product(table.rows, table.columns):
        n, all_of_them = table.cells[role, option], table.cells[role, EVERYBODY]
        if option != EVERYBODY:
            found |= {(role, option, True): n, (role, option, False): all_of_them - n}
    return found


class TestWhatMayBeShown:
    @quick
    @given(crowd=crowds)
    def test_of_every_role_shown_five_marked_it_and_five_did_not(self, crowd: list) -> None:
        cells = counted(crowd)
        table = merge_marks(cells, FREE)

        if table is not None:
            assert min(halves(table).values()) >= LEAST
            assert len(table.rows) >= 2
            assert len(table.columns) >= 2

    @quick
    @given(crowd=crowds)
    def test_every_reader_is_counted_once_and_every_mark_of_an_option_shown(self, crowd: list) -> None:
        cells = counted(crowd)
        table = merge_marks(cells, FREE)

        if table is not None:
            for column in table.columns:
                shown = sum(table.cells[role, column] for role in table.rows)
                assert shown == sum(n for (_role, option), n in cells.items() if option == column)

    @quick
    @given(crowd=crowds)
    def test_never_is_one_role_alone_among_the_others_nor_are_two_options_one(self, crowd: list) -> None:
        cells = counted(crowd)
        table = merge_marks(cells, FREE)

        if table is not None:
            hidden = {role for role, _option in cells} - set(table.rows)
            assert len(hidden) != 1
            assert None not in table.columns

    @quick
    @given(
        roles=st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 5), st.integers(1, 30)), max_size=12)
    )
    def test_where_all_mark_equally_many_nothing_left_out_can_be_subtracted(self, roles: list) -> None:
        pairs = [frozenset(pair) for pair in combinations(OPTIONS, 2)]
        cells = counted([((role, pairs[place]), n) for role, place, n in roles])

        table = merge_marks(cells, (2, 2))

        assert table is None or set(table.columns) == {option for (_role, option), n in cells.items() if n}

    @pytest.mark.parametrize("options", ["wx", "w"])
    def test_two_options_would_say_who_marked_both(self, options: str) -> None:
        crowd = [((role, frozenset(option)), 20) for role in "AB" for option in options]
        crowd.append((("A", frozenset(options)), 1))

        assert merge_marks(counted(crowd), FREE) is None

    @quick
    @given(first=crowds, later=crowds)
    def test_two_tables_in_turn_never_differ_by_fewer_than_five(self, first: list, later: list) -> None:
        cells = counted(first)
        shown = next_marks(None, cells, FREE)
        for reader in later:
            cells.update(counted([reader]))
            following = next_marks(shown, cells, FREE)
            if shown and following:
                assert_nobody_between(shown, following)
            shown = following

    @quick
    @given(crowd=crowds)
    def test_a_table_survives_being_kept(self, crowd: list) -> None:
        table = merge_marks(counted(crowd), FREE)

        assert (table_of(table.as_rows()) if table else None) == table


def assert_nobody_between(before: CrossTable, after: CrossTable) -> None:
    """Compare what both tables say: of the roles that both name, and of all the others together."""
    both = (set(before.rows) & set(after.rows)) - {None}
    assert {*before.rows} - {None} == both or {*after.rows} - {None} == both
    old, new = gathered(before, both), gathered(after, both)
    for role, option in {*old, *new}:
        if option in before.columns and option in after.columns:
            step = abs(new[role, option] - old[role, option])
            missed = abs(
                (new[role, EVERYBODY] - new[role, option]) - (old[role, EVERYBODY] - old[role, option])
            )
            assert step == 0 or step >= LEAST
            assert missed == 0 or missed >= LEAST


def gathered(table: CrossTable, named: set[str | None]) -> Counter[tuple[str | None, str | None]]:
    sums: Counter[tuple[str | None, str | None]] = Counter()
    for (role, option), n in table.cells.items():
        sums[role if role in named else None, option] += n
    return sums


@pytest.fixture
def several(db: None) -> Poll:
    """A poll where both roles gave several answers, and few of one role one of them."""
    poll = a_poll(kind=Poll.Kind.MULTIPLE, roles="Rep\nManager", results_visibility="always")
    an_article(poll)
    for role, answers, n in (
        ("Rep", ("Repair", "Selling"), 6),
        ("Rep", ("Reports",), 6),
        ("Manager", ("Repair",), 5),
        ("Manager", ("Selling", "Reports"), 7),
        ("Manager", ("Coaching", "Selling"), 2),
    ):
        for _reader in range(n):
            vote(poll, *answers, role=role)
    refresh_breakdown(poll)
    return Poll.objects.select_related("breakdown", "follows").get(pk=poll.pk)


def test_the_table_counts_readers_and_says_that_answers_add_up_to_more(several: Poll) -> None:
    page = str(PollResults(read_tally(several, live=False), poll=several).render_html())

    assert '<th scope="row">Repair</th><td>6</td><td>5</td>' in page
    assert '<th scope="row">Selling</th><td>6</td><td>9</td>' in page
    assert '<th scope="row">Readers</th><td>12</td><td>14</td>' in page
    assert "26 readers, counted on" in page
    assert "they add up to more than the readers" in page


def test_an_answer_that_few_of_a_role_gave_is_left_out_everywhere(several: Poll, client: Client) -> None:
    table = re.search(
        r"Answers by role.*?</table>", client.get(f"/polls/{several.pk}/").content.decode(), re.S
    )
    data = client.get(f"/polls/{several.pk}/results.json").json()["roles"]

    assert table is not None
    assert "Coaching" not in table[0]
    assert [answer for answer, _readers in data["rows"]] == ["Repair", "Selling", "Reports"]
    assert data["totals"] == [12, 14]
    assert min(n for _role, _option, n in Breakdown.objects.get().by_role) >= LEAST


def test_one_more_reader_does_not_move_it(several: Poll) -> None:
    before = several.breakdown.by_role
    vote(several, "Repair", "Reports", role="Rep")

    refresh_breakdown(Poll.objects.get(pk=several.pk))

    assert Breakdown.objects.get().by_role == before
