"""Several people write the next part at once, on SQLite and on PostgreSQL: there is one draft, filled once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.blog import writing_crowd
from tests.own_program import report_of


EXPECTED = {
    "writing": {
        "errors": [],
        "drafts": 1,
        "blocks": ["we_asked", "roundup", "poll"],
        "revisions": 1,
        "roundups": 1,
        "asked_again": 1,
    },
    "refreshing": {
        "errors": [],
        "did": 1,
        "were_told": 7,
        "revisions": 2,
        "said": "of 19 readers who chose to answer",
    },
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", writing_crowd.CROWDS, ids=lambda crowd: crowd.__name__)
def test_many_writers_at_once_on_sqlite(crowd: Callable[[], dict[str, Any]]) -> None:
    assert crowd() == EXPECTED[crowd.__name__]


@pytest.mark.services
def test_many_writers_at_once_on_postgresql(migrated_database: str) -> None:
    report = report_of("tests.blog.writing_crowd", migrated_database, timeout=600)

    assert report == {"vendor": "postgresql", **EXPECTED}
