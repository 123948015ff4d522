"""The books are kept on a second connection to PostgreSQL, beside the mail."""

from typing import Any

import pytest

from tests.own_program import report_of
from tests.services import new_database


@pytest.fixture(scope="module")
def report(postgresql_url: str, migrated_postgresql: str) -> Any:
    with new_database(postgresql_url, like=migrated_postgresql) as database:
        return report_of("tests.newsletter.beside_the_mail", database)


@pytest.mark.services
def test_other_things_can_be_done_while_a_statement_runs(report: Any) -> None:
    assert report["together"] == {"at first": None, "meanwhile": 42, "still": None, "changed": 0, "found": 5}


@pytest.mark.services
def test_errors_are_djangos_and_the_next_statement_finds_a_connection(report: Any) -> None:
    assert report["failure"]["raised"] == [
        *("DataError", 6),
        *("ProgrammingError", 6),
        *("OperationalError", 6),
        *("OperationalError", 6),
    ]


@pytest.mark.services
def test_a_pool_of_djangos_is_left_alone(report: Any) -> None:
    assert report["pool"] == [6, 6]


@pytest.mark.services
def test_a_connection_that_ends_during_its_stamp_leaves_nothing_in_doubt(report: Any) -> None:
    mail = report["mail"]

    assert mail["is_clean"], mail["verdict"]
    assert {said.partition(" ")[0]: said.partition(" ")[2] for said in mail["books"]} == {
        "first": "submitted",
        "reader": "submitted",
        "greylisted": "submitted",
        "left": "failed",
        "closing": "failed",
        "rejected": "failed",
        "lost": "in_doubt",
    }
    assert sum(mail["books"].values()) == 200


@pytest.mark.services
def test_answers_on_their_way_are_read_though_the_database_is_lost(report: Any) -> None:
    ended = report["ended"]

    assert ended["times"] > 0
    assert ended["left open"] == 0
    assert ended["is_clean"], ended["verdict"]


@pytest.mark.services
def test_a_refusal_is_heard_though_another_worker_closes_the_way(report: Any) -> None:
    assert report["resting"]["failed"] > 10
    assert report["resting"]["open"] == 0
