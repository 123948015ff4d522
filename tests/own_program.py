"""A module of the tests run as a program of its own, on a database of its own: what threads did there, as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (".", "blog", "polls", "newsletter", "site")


def report_of(module: str, database: str, *, timeout: float = 300) -> Any:
    """Run ``python -m module`` with the settings of the tests on a database; return the JSON that it prints.

    The process of the tests stays on SQLite, so that what is to be seen on PostgreSQL needs one of its own. Fails as
    ``run_as_program`` does.
    """
    return json.loads(run_as_program(module, database, timeout=timeout))


def run_as_program(module: str, database: str, *arguments: str, timeout: float = 300) -> str:
    """Run a module with the settings of the tests on a database, and return what it prints.

    Fails with the last words of a program that ends badly; raises TimeoutExpired after ``timeout`` seconds.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={
            **os.environ,
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "onward_site.settings.test",
            "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in FOLDERS),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
