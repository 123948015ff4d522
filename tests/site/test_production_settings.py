"""An operator starts the production site with a good and with eight bad environments."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]
SECRET = "q7-vB2x_9Lm4Zr8Kt1Wc6Yh3Np5Sd0Gf-Je7Ua2XiTb5Rn8Mw3"
GOOD = {
    "DJANGO_SETTINGS_MODULE": "onward_site.settings.production",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "blog.example.org",
    "BASE_URL": "https://blog.example.org",
    "DATABASE_URL": "postgresql://onward:words@db/onward",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "REDIS_URL": "redis://redis:6379/1",
    "CELERY_BROKER_URL": "redis://redis:6379/0",
}
BAD = {
    "no secret key": ({"SECRET_KEY": ""}, "SECRET_KEY"),
    "a short secret key": ({"SECRET_KEY": "hunter2-hunter2"}, "SECRET_KEY"),
    "a secret key of one letter": ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
    "Django's example key": ({"SECRET_KEY": "django-insecure-" + SECRET}, "SECRET_KEY"),
    "debugging on": ({"DEBUG": "1"}, "DEBUG"),
    "no hosts": ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
    "every host": ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
    "mail that stays here": ({"EMAIL_URL": ""}, "EMAIL_URL"),
    "mail by an unknown road": ({"EMAIL_URL": "pigeon://loft"}, "EMAIL_URL"),
    "a secret file that is not there": (
        {"SECRET_KEY": "", "SECRET_KEY_FILE": "/nowhere/key"},
        "SECRET_KEY_FILE",
    ),
    "no base address": ({"BASE_URL": ""}, "BASE_URL"),
    "no database": ({"DATABASE_URL": ""}, "DATABASE_URL"),
}


def run(command: list[str], changes: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), **GOOD, **changes}
    return subprocess.run(
        [sys.executable, str(ROOT / "site" / "manage.py"), *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
    )


@pytest.mark.parametrize("name", BAD)
def test_production_refuses_to_start_with(name: str, tmp_path: Path) -> None:
    changes, named = BAD[name]

    outcome = run(["check"], changes, tmp_path)

    assert outcome.returncode != 0
    assert named in outcome.stderr
    said = outcome.stdout + outcome.stderr
    key = changes.get("SECRET_KEY", SECRET)
    assert not key or key not in said
    assert "Traceback" not in said


def test_production_passes_every_deployment_check(tmp_path: Path) -> None:
    outcome = run(["check", "--deploy", "--fail-level", "WARNING"], {}, tmp_path)

    assert outcome.returncode == 0, outcome.stderr


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET + "\n")

    outcome = run(["check"], {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "key")}, tmp_path)

    assert outcome.returncode == 0, outcome.stderr
