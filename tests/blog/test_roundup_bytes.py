"""The same answers give the same bytes: in another process, with another hash seed, and five at once."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from onward_blog.models import Roundup, RoundupQuote
from tests.blog.answers import MONDAY, a_part, a_poll, a_series, ballots, words


pytestmark = pytest.mark.django_db(transaction=True)

MANAGE = Path(__file__).parents[2] / "site" / "manage.py"


@pytest.fixture
def article():
    poll = a_poll(options=("Repair", "Selling", "Reports", "Coaching"))
    ballots(poll, {"Repair": 9, "Selling": 7, "Reports": 5, "Coaching": 2})
    ballots(poll, {"Repair": 4}, door="mail", at=MONDAY + timedelta(hours=3))
    for number in range(15):
        words(
            poll,
            f"Sentence number {number}, neither short nor long, about repairs.",
            at=MONDAY + timedelta(days=1),
        )
    return a_part(a_series(), body=[("poll", poll)])


def database_address() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user = f"{settings['USER']}:{settings['PASSWORD']}"
    return f"postgresql://{user}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


def start(page, number: int) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "DJANGO_SETTINGS_MODULE": "onward_site.settings.test",
        "PYTHONHASHSEED": str(number * 7919),
        "TZ": ["UTC", "Asia/Tokyo", "America/Lima"][number % 3],
        "LANGUAGE_CODE": "en-gb",
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, str(MANAGE), "compile_roundup", str(page.pk), "--json"]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_five_processes_at_once_make_one_row_with_one_hash(article):
    processes = [start(article, number) for number in range(5)]
    outputs = [process.communicate(timeout=120) for process in processes]

    assert [process.returncode for process in processes] == [0] * 5, outputs
    documents = {out.strip() for out, _err in outputs}
    assert len(documents) == 1
    roundup = Roundup.objects.get()
    document = documents.pop()
    assert hashlib.sha256(document.encode()).hexdigest() == roundup.inputs_hash
    assert json.loads(document) == roundup.data
    assert RoundupQuote.objects.filter(roundup=roundup).count() == 15
