"""Fifty at once: one reader has one ballot, and every count adds up, on SQLite and on PostgreSQL."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.polls import crowd


ROOT = Path(__file__).resolve().parents[2]


def assert_exact(outcome: dict[str, Any], *, ballots: int | None = None) -> None:
    assert outcome["errors"] == []
    assert outcome["adds_up"]
    assert outcome["late"] == 0
    assert outcome["votes"] == outcome["ballots"]
    assert outcome.get("counted_when_closed", outcome["ballots"]) == outcome["ballots"]
    if ballots is not None:
        assert outcome["ballots"] == ballots


#: What each crowd leaves behind; None where chance decides how many made it.
EXPECTED = {
    crowd.one_reader: 1,
    crowd.many_readers_and_folds: 50,
    crowd.one_person_two_doors: 1,
    crowd.closing_time: None,
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gather", EXPECTED, ids=lambda gather: gather.__name__)
def test_fifty_at_once_on_sqlite_leave_exact_books(gather: Callable[[int], dict[str, Any]]) -> None:
    outcome = gather(50)

    assert_exact(outcome, ballots=EXPECTED[gather])


@pytest.mark.services
def test_fifty_at_once_on_postgresql_leave_exact_books(postgresql_database: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.polls.crowd"],
        env={
            **os.environ,
            "DATABASE_URL": postgresql_database,
            "DJANGO_SETTINGS_MODULE": "onward_site.settings.test",
            "PYTHONPATH": os.pathsep.join(
                str(ROOT / folder) for folder in (".", "blog", "polls", "newsletter", "site")
            ),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert outcome.returncode == 0, outcome.stderr[-3000:]
    report = json.loads(outcome.stdout)

    assert report["vendor"] == "postgresql"
    for gather, ballots in EXPECTED.items():
        for round_ in report["rounds"][gather.__name__]:
            assert_exact(round_, ballots=ballots)
