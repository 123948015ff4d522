"""Several windows at once: themes are suggested once, accepted once, and what the author sorts stays, on both databases."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.polls import crowd_of_authors


pytest.importorskip("sklearn", reason="the extra themes is not installed")

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (".", "blog", "polls", "newsletter", "site")

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
def test_windows_at_once_agree_on_postgresql(postgresql_database: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.polls.crowd_of_authors"],
        env={
            **os.environ,
            "DATABASE_URL": postgresql_database,
            "DJANGO_SETTINGS_MODULE": "onward_site.settings.test",
            "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in FOLDERS),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert outcome.returncode == 0, outcome.stderr[-3000:]
    report = json.loads(outcome.stdout)

    assert report["vendor"] == "postgresql"
    for name, expected in EXPECTED.items():
        assert report["rounds"][name] == [expected] * 3
