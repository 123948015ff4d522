"""Pages of the demo on SQLite and one worker, beside a bare answer in the same run."""

import json
import re
import sys
import urllib.request
from dataclasses import replace

from .load import fire, request
from .measuring import Result, say, turn_by_turn
from .servers import a_site, manage, module, served


ARTICLE = "/the-manager-in-the-middle/one-number-counted-twice/"
CONNECTIONS = 8
ROUNDS = 3
BARE = "a bare answer (/healthz)"


def measure() -> list[Result]:
    """Ask for an article, a poll's own page, and vote."""
    with a_site() as environment:
        say("Pages on SQLite: loading the demo …")
        manage("demo", "--load-only", environment=environment)
        with served(environment) as port:
            poll = _poll_on(port)
            votes = json.loads(module("tests.bench.voters", str(poll), "600", environment=environment))
            turns = iter([votes[start : start + 150] for start in range(0, 600, 150)])
            asked = {
                BARE: lambda: [request("GET", "/healthz")] * 1000,
                "an article with comments": lambda: [request("GET", ARTICLE)] * 150,
                "a poll on its own page": lambda: [request("GET", f"/polls/{poll}/")] * 150,
                "a vote by a new reader, SQLite": lambda: next(turns),
            }
            found = turn_by_turn(
                {
                    name: lambda write=write: fire(port, write(), connections=CONNECTIONS)  # type: ignore[misc]
                    for name, write in asked.items()
                },
                ROUNDS,
            )
    rate = found[BARE].per_second
    return [replace(one, ratio=one.per_second / rate, anchor=BARE) for one in found.values()]


def _poll_on(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{ARTICLE}") as page:
        found = re.search(rb'action="/polls/(\d+)/"', page.read())
    if found is None:
        sys.exit("The article shows no poll, so there is nothing to vote on.")
    return int(found[1])
