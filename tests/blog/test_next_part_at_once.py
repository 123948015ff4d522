"""Several people write the next part at once, on SQLite and on PostgreSQL: there is one draft, filled once."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.blog import writing_crowd


ROOT = Path(__file__).resolve().parents[2]
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
def test_many_writers_at_once_on_postgresql(postgresql_database: str) -> None:
    folders = (".", "blog", "polls", "newsletter", "site")
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.blog.writing_crowd"],
        env={
            **os.environ,
            "DATABASE_URL": postgresql_database,
            "DJANGO_SETTINGS_MODULE": "onward_site.settings.test",
            "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in folders),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert outcome.returncode == 0, outcome.stderr[-3000:]

    assert json.loads(outcome.stdout) == {"vendor": "postgresql", **EXPECTED}
