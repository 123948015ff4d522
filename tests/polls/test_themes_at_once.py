"""Several windows at once: themes are suggested once, accepted once, and what the author sorts stays, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.own_program import report_of
from tests.polls import crowd_of_authors


pytest.importorskip("sklearn", reason="the extra themes is not installed")

#: What each crowd leaves behind.
EXPECTED: dict[str, dict[str, Any]] = {
    "all_ask": {"errors": [], "proposals": 1, "ready": True, "words": 244},
    "all_accept": {"errors": [], "too_late": 3, "themes": 8, "all_sorted": True, "proposals": 0},
    "one_sorts_meanwhile": {"errors": [], "by_hand": 20, "kept": 20, "mine": 20},
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gather", crowd_of_authors.CROWDS, ids=lambda gather: gather.__name__)
def test_windows_at_once_agree_on_sqlite(gather: Callable[[], dict[str, Any]]) -> None:
    assert gather() == EXPECTED[gather.__name__]


@pytest.mark.services
def test_windows_at_once_agree_on_postgresql(migrated_database: str) -> None:
    report = report_of("tests.polls.crowd_of_authors", migrated_database)

    assert report["vendor"] == "postgresql"
    for name, expected in EXPECTED.items():
        assert report["rounds"][name] == [expected] * 3
