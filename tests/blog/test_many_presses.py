"""A button pressed many times at once does once what it says, on SQLite and on PostgreSQL."""

from typing import Any

import pytest

from tests.blog import pressing
from tests.own_program import report_of


EXPECTED = {
    "telling": {"errors": [], "sent": 40, "mails": 40, "addresses": 40, "untold": 0},
    "ending": {"errors": [], "drafts": 1, "gone": 30, "following": 0},
    "wanting": {"errors": [], "statuses": {"303": 81}, "wanted": 33, "left": 23},
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", pressing.CROWDS, ids=lambda crowd: crowd.__name__)
def test_many_presses_at_once_on_sqlite(crowd: Any, author: Any) -> None:
    assert crowd(author.user) == EXPECTED[crowd.__name__]


@pytest.mark.services
def test_many_presses_at_once_on_postgresql(migrated_database: str) -> None:
    report = report_of("tests.blog.pressing", migrated_database)

    assert report == {"vendor": "postgresql", **EXPECTED}
