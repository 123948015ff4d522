"""A worker that aggregates, in a process of its own that may be killed: ``python -m tests.blog.aggregator``.

It prints "ready" and waits for a line, so that many begin together; then it does both jobs of the aggregation and
prints one JSON object with the roundup's hash.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from tests.services import die_with_parent


ROOT = Path(__file__).resolve().parents[2]
ZONES = ("UTC", "Asia/Tokyo", "America/Lima", "Pacific/Auckland", "Europe/Vienna")
LOCALES = ("C", "C.UTF-8", "POSIX", "de_AT.UTF-8", "tr_TR.UTF-8")


def start(database_url: str, directory: Path, page_id: int, until: str, number: int) -> subprocess.Popen[str]:
    """Start a worker whose zone, language and hash seed are its own; wait until it is ready."""
    folders = (".", "blog", "polls", "newsletter", "site")
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "VAR_DIR": str(directory),
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in folders),
        "PYTHONHASHSEED": str(number * 7919 % 4_294_967_295),
        "PYTHONWARNINGS": "ignore",
        "TZ": ZONES[number % len(ZONES)],
        "LC_ALL": LOCALES[number % len(LOCALES)],
    }
    command = [sys.executable, "-m", "tests.blog.aggregator", str(page_id), until]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=environment, preexec_fn=die_with_parent, **pipes)


def release(workers: Sequence[subprocess.Popen[str]]) -> None:
    """Wait for all to be ready, and let them go."""
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()


def finish(workers: Sequence[subprocess.Popen[str]]) -> list[dict[str, Any]]:
    """Wait for all to end well; return what they printed."""
    printed = [worker.communicate(timeout=300)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers)
    return [json.loads(text) for text in printed]


def kill_at_random(workers: Sequence[subprocess.Popen[str]], chance: random.Random, *, within: float) -> None:
    """Kill each with SIGKILL at a moment of its own, so many seconds after the first at the latest."""
    for worker in workers:
        time.sleep(chance.uniform(0, within / len(workers)))
        with contextlib.suppress(ProcessLookupError):
            worker.send_signal(signal.SIGKILL)
        worker.communicate()


@dataclass
class Forked:
    """A worker that is a copy of this process: at work at once, with the same hash seed."""

    process: ForkProcess
    go: Event
    results: Connection

    def printed(self) -> str:
        """Wait until it has done its work; return the roundup's hash."""
        assert self.results.poll(120)
        roundup: str = self.results.recv()
        self.process.join(60)
        assert self.process.exitcode == 0
        return roundup


def fork(page_id: int, until: str) -> Forked:
    """Make a worker that begins when its event is set."""
    from django.db import connections

    # A connection must not be shared with a child; each opens its own.
    connections.close_all()
    context = get_context("fork")
    go, (mine, theirs) = context.Event(), context.Pipe()

    def run() -> None:
        go.wait()
        theirs.send(work(page_id, until))

    process = context.Process(target=run, daemon=True)
    process.start()
    return Forked(process, go, mine)


def work(page_id: int, until: str) -> str:
    """Do both jobs of the aggregation; return the roundup's hash."""
    from onward_blog.pages.models import ArticlePage
    from onward_blog.responses.aggregating import aggregate_responses
    from onward_blog.roundups.actions import compile_roundup

    aggregate_responses()
    article = ArticlePage.objects.get(pk=page_id)
    return compile_roundup(article, until=datetime.fromisoformat(until)).inputs_hash


def main(page_id: int, until: str) -> None:
    """Do both jobs once, when told to."""
    import django

    django.setup()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps({"roundup": work(page_id, until)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
