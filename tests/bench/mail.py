"""An issue of 35 KB to many subscribers, with the whole ledger, on a PostgreSQL that waits for the disk.

Beside it, on the same sink and in the same run: Postfix's ``smtp-source`` with ten sessions, and Django's
``send_messages``, neither of which keeps books. A relay that takes its time is given to ``smtp-source`` as well: what
the machine lets nobody have is not the ledger's doing. Postfix's tools are looked for on PATH and in $POSTFIX_BIN.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.services import (
    die_with_parent,
    free_port,
    new_database,
    postgresql_binaries,
    running_postgresql,
)

from .measuring import Result, Round, say, turn_by_turn
from .servers import ROOT, Environment, a_site, manage, module


#: Environment variables make a short run: MAILS for one round, ROUNDS, and MANY for the memory.
MAILS = int(os.environ.get("MAILS", "3000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
MANY = int(os.environ.get("MANY", "100000"))

#: Django alone is slow, and its rate does not depend on the number.
MAILS_BY_DJANGO = 300

SESSIONS = 10
BYTES = 35_000
ANSWER_SECONDS = 0.02
CONNECTIONS = (10, 50)
#: For a relay that takes its time: so many messages over each connection, so that the beginning does not count for much.
MAILS_EACH = int(os.environ.get("MAILS_EACH", "150"))

OURS, SOURCE, DJANGO = (
    "an issue, with its books",
    "smtp-source -s 10, no books",
    "Django send_messages, no books",
)


def measure() -> list[Result]:
    """Send issues: as fast as possible, to a slow relay, and to very many."""
    binaries = postgresql_binaries()
    if binaries is None:
        sys.exit("Mail is measured on PostgreSQL, and there is none here.")
    with running_postgresql(binaries, durable=True) as url:
        with new_database(url) as database:
            results = _side_by_side(database)
        for connections in CONNECTIONS:
            with new_database(url) as database:
                results += _slow_relay(database, connections)
        with new_database(url) as database:
            return [*results, _to_very_many(database)]


# Side by side


def _side_by_side(database: str) -> list[Result]:
    with _sink() as port, _site(database, port, SESSIONS) as environment:
        fill(environment, MAILS)
        found = turn_by_turn(
            {
                SOURCE: lambda: _from_source(port, MAILS, SESSIONS),
                OURS: lambda: _issue(environment, MAILS),
                DJANGO: lambda: _by_django(environment),
            },
            ROUNDS,
        )
    ours, source, django = (replace(found[name], p99_ms=None) for name in (OURS, SOURCE, DJANGO))
    note = "" if _postfix("smtp-sink") else "no Postfix here: sink and source are our own"
    return [
        replace(source, note=note),
        replace(ours, ratio=ours.per_second / source.per_second, anchor="smtp-source"),
        replace(django, ratio=ours.per_second / django.per_second, anchor="ours beside it"),
    ]


def _issue(environment: Environment, number: int) -> Round:
    printed = module("tests.bench.mail_issue", "issue", str(number), environment=environment)
    return _round(number, json.loads(printed)["seconds"])


def _by_django(environment: Environment) -> Round:
    printed = module("tests.bench.mail_issue", "django", str(MAILS_BY_DJANGO), environment=environment)
    return _round(MAILS_BY_DJANGO, json.loads(printed)["seconds"])


def _from_source(port: int, number: int, sessions: int) -> Round:
    if program := _postfix("smtp-source"):
        options = ["-s", str(sessions), "-l", str(BYTES), "-m", str(number), f"127.0.0.1:{port}"]
        command = [program, *options]
    else:
        options = [str(port), "--messages", str(number), "--sessions", str(sessions), "--bytes", str(BYTES)]
        command = [sys.executable, "-m", "tests.bench.mail_source", *options]
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True)
    return _round(number, time.perf_counter() - began)


def _round(number: int, seconds: float) -> Round:
    each = 1000 * seconds / number
    return Round(number / seconds, each, each)


# A slow relay, and many recipients


def _slow_relay(database: str, connections: int) -> list[Result]:
    number = MAILS_EACH * connections
    where = f"answers after 20 ms, {connections} connections"
    with _own_sink(ANSWER_SECONDS) as port, _site(database, port, connections) as environment:
        fill(environment, number)
        two = {**environment, "BENCH_WORKERS": "2", "BENCH_CONNECTIONS": str(connections // 2)}
        found = turn_by_turn(
            {
                f"smtp-source, {where}": lambda: _from_source(port, number, connections),
                f"an issue, {where}": lambda: _issue(environment, number),
                f"an issue, {where} of two workers": lambda: _issue(two, number),
            },
            ROUNDS,
        )
    return [_of_the_most_possible(result, connections) for result in found.values()]


def _of_the_most_possible(found: Result, connections: int) -> Result:
    most = connections / ANSWER_SECONDS
    anchor = f"{most:,.0f}/s, the most possible"
    return replace(found, p99_ms=None, ratio=found.per_second / most, anchor=anchor)


def _to_very_many(database: str) -> Result:
    with _sink() as port, _site(database, port, SESSIONS) as environment:
        fill(environment, MANY)
        say(f"Mail to {MANY:,} …")
        printed = json.loads(module("tests.bench.mail_issue", "issue", str(MANY), environment=environment))
    grown = f"{printed['peak_mb'] - printed['before_mb']:.1f} MB" if printed["peak_mb"] else "unknown"
    note = f"memory grew by {grown}; {printed['beats']} tasks, {MANY / printed['beats']:,.0f} recipients each"
    rate = MANY / printed["seconds"]
    return Result(f"an issue to {MANY:,}", rate, 1000 / rate, note=note)


# The parts


@contextlib.contextmanager
def _site(database: str, port: int, connections: int) -> Iterator[Environment]:
    with a_site(
        DATABASE_URL=database,
        EMAIL_URL=f"smtp://127.0.0.1:{port}",
        BENCH_CONNECTIONS=str(connections),
    ) as environment:
        yield environment


def fill(environment: Environment, number: int) -> None:
    """Make the tables, and a newsletter with so many subscribers."""
    say(f"Mail: making the tables and {number:,} subscribers …")
    manage("migrate", "--verbosity", "0", environment=environment)
    module("tests.bench.mail_issue", "fill", str(number), environment=environment)


def _postfix(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=os.environ.get("POSTFIX_BIN", "/usr/sbin"))


@contextlib.contextmanager
def _sink() -> Iterator[int]:
    """Run Postfix's sink, or ours, and yield its port."""
    program = _postfix("smtp-sink")
    if program is None:
        with _own_sink(0) as port:
            yield port
        return
    port = free_port()
    as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []
    with running([program, *as_whom, f"127.0.0.1:{port}", "1000"]):
        time.sleep(1)
        yield port


@contextlib.contextmanager
def _own_sink(delay: float) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.mail_sink", "--delay", str(delay)]
    with running(command) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


@contextlib.contextmanager
def running(command: list[str | Path] | list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a program, and end it."""
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
