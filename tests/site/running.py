"""Run manage.py as an operator does: in a process of its own, with an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
MANAGE = ROOT / "site" / "manage.py"


def environment_for(folder: Path, **changes: str) -> dict[str, str]:
    """Return an environment that knows nothing of the one the tests run in but where programs are."""
    return {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "onward_site.settings.embedded",
        "SECRET_KEY": "the-same-key-for-every-process-of-one-test-4c1d7a90be52",
        **changes,
    }


def manage(
    *arguments: object, environment: dict[str, str], timeout: int = 300
) -> subprocess.CompletedProcess[str]:
    """Run one command and return how it ended, whatever that was."""
    command = [sys.executable, str(MANAGE), *map(str, arguments)]
    return subprocess.run(
        command,
        env=environment,
        cwd=environment["VAR_DIR"],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def must_manage(*arguments: object, environment: dict[str, str]) -> str:
    """Run one command that has to succeed, and return what it printed."""
    outcome = manage(*arguments, environment=environment)
    assert outcome.returncode == 0, outcome.stdout[-2000:] + outcome.stderr[-4000:]
    return outcome.stdout


def ask(code: str, *, environment: dict[str, str]) -> str:
    """Run Python in the site and return what it printed; every model is at hand."""
    return must_manage("shell", "--verbosity", "0", "-c", code, environment=environment).strip()
