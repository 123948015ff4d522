"""Pages of the demo on SQLite and one worker, beside a bare server that sends the same bytes in the same run."""

import json
import re
import sys
import tempfile
import urllib.request
from dataclasses import replace

from .load import fire, request
from .measuring import Result, say, turn_by_turn
from .servers import Environment, a_site, manage, module, served


ARTICLE = "/the-manager-in-the-middle/one-number-counted-twice/"
CONNECTIONS = 8
ROUNDS = 3
BARE = "a bare server, same bytes"


def measure() -> list[Result]:
    """Ask for an article, kept in front of Django and not, for a poll's own page, and vote."""
    with a_site() as environment, tempfile.NamedTemporaryFile(suffix=".html") as page:
        say("Pages on SQLite: loading the demo …")
        manage("demo", "--load-only", environment=environment)
        uncached = {**environment, "PAGE_CACHE_MEGABYTES": "0"}
        with served(environment) as port, served(uncached) as plain:
            page.write(_get(port, ARTICLE))
            page.flush()
            with served(
                {**environment, "BENCH_BYTES": page.name}, "tests.bench.same_bytes:application"
            ) as bare:
                found = _measured(environment, port=port, plain=plain, bare=bare)
    rate = found[BARE].per_second
    return [replace(one, ratio=one.per_second / rate, anchor=BARE) for one in found.values()]


def _measured(environment: Environment, *, port: int, plain: int, bare: int) -> dict[str, Result]:
    poll = _poll_on(port)
    votes = json.loads(module("tests.bench.voters", str(poll), "600", environment=environment))
    turns = iter([votes[start : start + 150] for start in range(0, 600, 150)])
    asked = {
        BARE: (bare, lambda: [request("GET", ARTICLE)] * 2000),
        "an article with comments, kept": (port, lambda: [request("GET", ARTICLE)] * 2000),
        "an article with comments, made anew": (plain, lambda: [request("GET", ARTICLE)] * 150),
        "a poll on its own page": (port, lambda: [request("GET", f"/polls/{poll}/")] * 150),
        "a vote by a new reader, SQLite": (port, lambda: next(turns)),
    }
    return turn_by_turn(
        {
            name: lambda to=to, write=write: fire(to, write(), connections=CONNECTIONS)  # type: ignore[misc]
            for name, (to, write) in asked.items()
        },
        ROUNDS,
    )


def _get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return bytes(answer.read())


def _poll_on(port: int) -> int:
    found = re.search(rb'action="/polls/(\d+)/"', _get(port, ARTICLE))
    if found is None:
        sys.exit("The article shows no poll, so there is nothing to vote on.")
    return int(found[1])
