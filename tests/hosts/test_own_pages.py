"""A project with article types of its own writes the next part like everybody else."""

import os
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]


def test_next_part_of_a_page_type_of_the_host_s_own(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in (".", "blog", "polls", "newsletter")),
        "DJANGO_SETTINGS_MODULE": "tests.hosts.own_pages",
        "HOST_FOLDER": str(tmp_path),
    }
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.hosts.write_a_column"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert outcome.returncode == 0, outcome.stdout[-1500:] + outcome.stderr[-3000:]
    assert outcome.stdout.endswith("written\n")
