"""A button pressed many times at once does once what it says, on SQLite and on PostgreSQL."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.blog import pressing


ROOT = Path(__file__).resolve().parents[2]
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
def test_many_presses_at_once_on_postgresql(postgresql_database: str) -> None:
    folders = (".", "blog", "polls", "newsletter", "site")
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.blog.pressing"],
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
        timeout=300,
    )
    assert outcome.returncode == 0, outcome.stderr[-3000:]

    assert json.loads(outcome.stdout) == {"vendor": "postgresql", **EXPECTED}
