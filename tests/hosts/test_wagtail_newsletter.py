"""A project that mails its pages by the package wagtail-newsletter changes one setting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


pytest.importorskip("wagtail_newsletter")
ROOT = Path(__file__).resolve().parents[2]


def test_page_of_wagtail_newsletter_is_sent_by_our_engine(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in (".", "blog", "polls", "newsletter")),
        "DJANGO_SETTINGS_MODULE": "tests.hosts.adapter",
        "HOST_FOLDER": str(tmp_path),
    }
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.hosts.mail_a_page"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert outcome.returncode == 0, outcome.stdout[-1500:] + outcome.stderr[-3000:]
    assert outcome.stdout.endswith("sent\n")
