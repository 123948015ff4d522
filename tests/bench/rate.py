"""A newsletter with a rate, and four workers that share it: how fast mail arrives, by the server's own book.

PostgreSQL waits for the disk, and the server takes 20 ms for a message. RATE and SECONDS set another rate, and for how long.
"""

import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.faults.sink import Book
from tests.services import die_with_parent, redis_server, running_redis

from .mail import fill, running
from .measuring import Result, say
from .servers import MANAGE, ROOT, Environment, a_site, module
from .votes import durable_database


RATE = int(os.environ.get("RATE", "14"))
SECONDS = int(os.environ.get("SECONDS", "60"))

WORKERS = 4

#: Workers need a moment to begin, all of them.
WARM_UP_SECONDS = 5

CELERY = [sys.executable, "-m", "celery", "-A", "onward_site", "worker", "--beat", "--loglevel=error"]

WAYS = {
    "run_outbox": [*MANAGE, "run_outbox", f"--concurrency={WORKERS}"],
    "Celery": [*CELERY, f"--concurrency={WORKERS}"],
}


def measure() -> list[Result]:
    """Measure workers without a broker, and Celery's."""
    return [_measure(way, command) for way, command in WAYS.items()]


def _measure(way: str, command: Sequence[str]) -> Result:
    with ExitStack() as stack:
        database = stack.enter_context(durable_database())
        broker, _process = stack.enter_context(running_redis(str(redis_server())))
        book, port = stack.enter_context(_book_and_port())
        urls = {"CELERY_BROKER_URL": broker, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        environment = stack.enter_context(a_site(DATABASE_URL=database, **urls))
        fill(environment, RATE * (SECONDS + 4 * WARM_UP_SECONDS))
        say(f"{RATE} a second by {way}, for {SECONDS} s …")
        module("tests.bench.mail_issue", "paced", str(RATE), environment=environment)
        stack.enter_context(_workers(command, environment))
        while not book.count():
            time.sleep(0.1)
        time.sleep(WARM_UP_SECONDS + SECONDS)
        return _result(way, book)


def _result(way: str, book: Book) -> Result:
    taken, asked = (sorted(line["at"] for line in book.lines(event)) for event in ("accepted", "rcpt"))
    begin = taken[0] + WARM_UP_SECONDS
    number = bisect_left(taken, begin + SECONDS) - bisect_left(taken, begin)
    note = f"{number} in {SECONDS} s; most in any second: {_most(taken)} taken, {_most(asked)} asked for"
    rate = number / SECONDS
    name = f"{RATE} a second, {WORKERS} workers, {way}"
    return Result(name, rate, 1000 / rate, ratio=rate / RATE, anchor=f"{RATE} a second", note=note)


def _most(times: Sequence[float]) -> int:
    """Return how many there were at most in any second, wherever it begins."""
    return max(bisect_left(times, first + 1) - place for place, first in enumerate(times))


@contextmanager
def _book_and_port() -> Iterator[tuple[Book, int]]:
    with tempfile.TemporaryDirectory(prefix="onward-bench-") as folder:
        log = Path(folder) / "sink.log"
        command = [sys.executable, "-m", "tests.faults.sink", str(log), "--pipelining", "--delay=0.02"]
        with running(command) as sink:
            assert sink.stdout is not None
            yield Book(log), int(sink.stdout.readline())


@contextmanager
def _workers(command: Sequence[str], environment: Environment) -> Iterator[None]:
    with tempfile.TemporaryFile() as log:
        workers = subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdout=log, stderr=log, preexec_fn=die_with_parent
        )
        try:
            yield
        finally:
            workers.terminate()
            workers.wait(timeout=60)
