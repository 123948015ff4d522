"""A developer installs one app in the Wagtail project they have."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "host",
    [
        "polls",
        "newsletter",
        "blog",
        "blog_with_pages",
        "polls_on_custom_pages",
        "newsletter_on_custom_pages",
        "blog_on_custom_pages",
    ],
)
def test_app_installs_alone_in_a_bare_wagtail_project(host: str, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in (".", "blog", "polls", "newsletter")),
        "DJANGO_SETTINGS_MODULE": f"tests.hosts.{host}",
        "HOST_FOLDER": str(tmp_path),
    }
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.hosts.install"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert outcome.returncode == 0, outcome.stdout[-1500:] + outcome.stderr[-3000:]
