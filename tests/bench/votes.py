"""Votes over HTTP on a PostgreSQL that waits for its disk, beside Django views that store one row."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.services import new_database, postgresql_binaries, running_postgresql

from .load import fire, request
from .measuring import Result, Round, say, turn_by_turn
from .servers import a_site, manage, module, served


#: Clients that wait for an answer before they ask again; processes and threads are those of the image.
CONNECTIONS = 32
WORKERS = 2
ROUNDS = 5
REQUESTS = 1000

BARE, ANCHOR, BARE_INSERT = "an empty answer", "one INSERT, default middleware", "one INSERT, no middleware"
BY_ORM, FIRST = "one INSERT by the ORM, default middleware", "a first vote"


@contextmanager
def durable_database() -> Iterator[str]:
    """Yield the URL of an empty database that is durable: the disk has it before the answer says so."""
    binaries = postgresql_binaries()
    if binaries is None:
        sys.exit("Measuring votes needs PostgreSQL: install it, or the wheel pgserver.")
    with running_postgresql(binaries, durable=True) as server, new_database(server) as url:
        yield url


def measure() -> list[Result]:
    """Measure first votes and changes of mind in turn with the anchors; then a crowd's books."""
    with durable_database() as url, a_site(DATABASE_URL=url, TRUSTED_PROXY_COUNT="1") as environment:
        say("Votes on PostgreSQL: making the tables …")
        manage("migrate", "--verbosity", "0", environment=environment)
        anchor = {**environment, "DJANGO_SETTINGS_MODULE": "tests.bench.one_insert"}
        module("tests.bench.one_insert_wsgi", "create", environment=anchor)
        with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
            module("tests.bench.voters", file.name, str(ROUNDS + 1), str(REQUESTS), environment=environment)
            asked = json.loads(Path(file.name).read_text())
        with ExitStack() as stack:
            serve = partial(served, workers=WORKERS)
            ours = stack.enter_context(serve(environment))
            bare, behind = (
                stack.enter_context(
                    serve(
                        {**anchor, "BENCH_MIDDLEWARE": middleware}, "tests.bench.one_insert_wsgi:application"
                    )
                )
                for middleware in ("none", "default")
            )
            found = turn_by_turn(
                _runs(asked, ours=ours, bare=bare, behind=behind),
                ROUNDS,
                between=lambda: module("tests.bench.books", str(asked["poll"]), environment=environment),
            )
        books = json.loads(module("tests.bench.books", str(asked["poll"]), environment=environment))
    sent = 2 * REQUESTS * (ROUNDS + 1)
    if books["ballots"] != sent or not books["adds_up"]:
        sys.exit(f"{sent} readers were told that their answer counts, and the books say {books}.")
    say(
        f"  {sent} answers were accepted by {CONNECTIONS} clients at once; {books['ballots']} ballots, tally exact"
    )
    in_sql, by_orm = (found[FIRST].per_second / found[anchor].per_second for anchor in (ANCHOR, BY_ORM))
    say(f"  a first vote: {in_sql:.2f} of one INSERT in SQL, {by_orm:.2f} of one by the ORM")
    rate = found[ANCHOR].per_second
    return [replace(one, ratio=one.per_second / rate, anchor=ANCHOR) for one in found.values()]


def _runs(
    asked: dict[str, list[list[str]]], *, ours: int, bare: int, behind: int
) -> dict[str, Callable[[], Round]]:
    empty = [request("GET", "/healthz")] * (3 * REQUESTS)
    inserts, creates = (
        [request("POST", path, f"option={number % 5}") for number in range(REQUESTS)]
        for path in ("/vote/", "/vote/orm/")
    )

    def next_of(name: str) -> Callable[[], Round]:
        pieces = iter(asked[name])
        return lambda: fire(ours, next(pieces), connections=CONNECTIONS)

    return {
        BARE: lambda: fire(bare, empty, connections=CONNECTIONS),
        BARE_INSERT: lambda: fire(bare, inserts, connections=CONNECTIONS),
        BY_ORM: lambda: fire(behind, creates, connections=CONNECTIONS),
        ANCHOR: lambda: fire(behind, inserts, connections=CONNECTIONS),
        FIRST: next_of("first"),
        "a change of mind": next_of("change"),
        "a first vote by a script, with card": next_of("script"),
    }
