"""Many at once: one reader has one ballot, and every count adds up, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.own_program import report_of
from tests.polls import crowd, crowd_of_one


def assert_exact(outcome: dict[str, Any], expected: dict[str, int | bool]) -> None:
    assert outcome["errors"] == []
    assert outcome["adds_up"]
    assert outcome["late"] == 0
    assert outcome["votes"] == outcome["ballots"]
    assert outcome.get("counted_when_closed", outcome["ballots"]) == outcome["ballots"]
    assert {name: outcome[name] for name in expected} == expected


#: What each crowd leaves behind, beyond books that add up.
EXPECTED: dict[Callable[[int], dict[str, Any]], dict[str, int | bool]] = {
    crowd.one_reader: {"ballots": 1},
    crowd.one_browser: {"ballots": 1},
    crowd.strangers: {"ballots": 0},
    crowd.many_readers_and_folds: {"ballots": 50},
    crowd.one_person_two_doors: {"ballots": 1},
    crowd_of_one.one_address: {"ballots": 1},
    crowd_of_one.one_account: {"ballots": 1},
    crowd_of_one.linked_upwards: {"ballots": 12, "homes": 12},
    crowd_of_one.every_rung: {"ballots": 15},
    crowd.closing_time: {"late_refused": True},
    crowd.one_network: {"ballots": 100, "from_one_network": 60, "from_elsewhere": 10},
    crowd.setting_aside: {"ballots": 50, "aside": 25},
}
#: How often one reader gives many answers at once; the others gather once on SQLite.
ROUNDS_OF_ONE_READER = 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gather", EXPECTED, ids=lambda gather: gather.__name__)
def test_many_at_once_on_sqlite_leave_exact_books(gather: Callable[[int], dict[str, Any]]) -> None:
    readers, _times = {**crowd.CROWDS, **crowd_of_one.CROWDS_OF_ONE}[gather]
    for _round in range(ROUNDS_OF_ONE_READER if gather is crowd.one_reader else 1):
        assert_exact(gather(readers), EXPECTED[gather])


@pytest.mark.services
def test_many_at_once_on_postgresql_leave_exact_books(migrated_database: str) -> None:
    report = report_of("tests.polls.crowd", migrated_database, timeout=600)

    assert report["vendor"] == "postgresql"
    assert report["messages"] == 1
    assert report["behind_a_pooler"] == [True, False, True]
    assert "onward_polls_ballot_network" in report["plan_of_the_limit"]
    assert all(report["desk"].values()), report["desk"]
    for gather, expected in EXPECTED.items():
        for one_round in report["rounds"][gather.__name__]:
            assert_exact(one_round, expected)
