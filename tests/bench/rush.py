"""Many presses at once over HTTP: 64 of one browser, of 64 readers, and of 64 without a cookie, 20 times each.

Beside how fast they are answered, this proves that each is answered, and that each reader has one ballot afterwards.
A short form is run by ``tests/polls/test_over_http.py``.
"""

import json
import sys
import tempfile
from contextlib import ExitStack
from typing import Any

from .load import fire
from .measuring import Result, Round, say, summary
from .pressing import EVERYBODY, ONE_BROWSER, STRANGERS
from .servers import Environment, a_site, manage, module, served
from .votes import durable_database


AT_ONCE = 64
ROUNDS = 20
#: More than there are cores: what is asked is whether requests get into each other's way.
WORKERS = 4


def measure() -> list[Result]:
    """Measure on PostgreSQL and then on SQLite."""
    results = []
    for database in ("PostgreSQL", "SQLite"):
        with ExitStack() as stack:
            url = stack.enter_context(durable_database()) if database == "PostgreSQL" else ""
            environment = stack.enter_context(a_site(DATABASE_URL=url, TRUSTED_PROXY_COUNT="1"))
            say(f"{AT_ONCE} presses at once, {ROUNDS} rounds, on {database}: making the tables …")
            manage("migrate", "--verbosity", "0", environment=environment)
            port = stack.enter_context(served(environment, workers=WORKERS))
            outcome = rush(environment, port, rounds=ROUNDS)
        if outcome["exact"] != ROUNDS:
            sys.exit(f"Of {ROUNDS} polls only {outcome['exact']} have exact books.")
        say(f"  {outcome['answered']} presses answered, none with an error; {ROUNDS} polls with exact books")
        results += [summary(f"{database}, {kind}", taken) for kind, taken in outcome["rounds"].items()]
    return results


def rush(environment: Environment, port: int, *, rounds: int, size: int = AT_ONCE) -> dict[str, Any]:
    """Return {"rounds": {kind of crowd: [Round]}, "answered": requests, "exact": polls with exact books}.

    Raises RuntimeError if a press was answered by anything but a card or the way to one.
    """
    taken: dict[str, list[Round]] = {kind: [] for kind in (ONE_BROWSER, EVERYBODY, STRANGERS)}
    answered = 0
    with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
        module("tests.bench.pressing", "plan", file.name, str(rounds), str(size), environment=environment)
        for one_round in json.load(file):
            for kind, outcomes in taken.items():
                outcomes.append(fire(port, one_round[kind], connections=size))
                answered += len(one_round[kind])
        books = module("tests.bench.pressing", "judge", file.name, str(size), environment=environment)
    return {"rounds": taken, "answered": answered, "exact": json.loads(books)["exact"]}
