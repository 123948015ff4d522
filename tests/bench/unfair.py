"""5,000 votes in a minute with fresh cookies, from 1, 10 and 500 networks, while readers answer (requirement P7).

On PostgreSQL, over HTTP, with the limit of a network and the looking for bursts as they are. What readers wait is
measured; that none is refused, that the attack is flagged, and what the result is with and without it, is proved. A short
form is run by ``tests/polls/test_over_http.py``.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from .bots import ATTACK, HOME, LOOK, NEIGHBOUR, OFFICE, STRANGER
from .measuring import Result, say
from .servers import ROOT, Environment, a_site, manage, module, served
from .votes import WORKERS, durable_database


NETWORKS = (1, 10, 500)
VOTES = 5_000
SECONDS = 60
#: New ballots of one network that count within an hour; the setting as it is.
LIMIT = 60


def measure() -> list[Result]:
    """Measure one attack after the other, each on a poll of its own."""
    results = []
    with durable_database() as url, a_site(DATABASE_URL=url, TRUSTED_PROXY_COUNT="1") as environment:
        say("Attacks on PostgreSQL: making the tables …")
        manage("migrate", "--verbosity", "0", environment=environment)
        with served(environment, workers=WORKERS) as port:
            for networks in NETWORKS:
                outcome = attack(environment, port, networks=networks, votes=VOTES, seconds=SECONDS)
                for problem in problems_of(outcome, networks=networks):
                    sys.exit(problem)
                say(f"  {networks} networks: {said_of(outcome)}")
                for kind, name in ((HOME, "readers"), (ATTACK, "the attack")):
                    results.append(_result(f"{networks} networks, {name}", outcome["came"][kind]["took"]))
    return results


def attack(environment: Environment, port: int, *, networks: int, votes: int, seconds: int) -> dict[str, Any]:
    """Let everybody come, and the worker look meanwhile if there is time; return what ``paced`` saw of it as "came", and what ``bots`` judges."""
    with tempfile.NamedTemporaryFile("r+", suffix=".json") as file:
        sizes = (str(networks), str(votes), str(seconds))
        module("tests.bench.bots", "plan", file.name, *sizes, environment=environment)
        content = json.load(file)
        with (
            _watching(environment) if seconds > LOOK else nullcontext(),
            tempfile.NamedTemporaryFile("w", suffix=".json") as timetable,
        ):
            json.dump({"port": port, "groups": content["groups"]}, timetable)
            timetable.flush()
            came = module("tests.bench.paced", timetable.name, environment=environment)
        judged = module("tests.bench.bots", "judge", file.name, environment=environment)
    return {"came": json.loads(came), **json.loads(judged)}


@contextmanager
def _watching(environment: Environment) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.bench.bots", "watch"]
    worker = subprocess.Popen(command, env=dict(environment), cwd=ROOT, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        worker.communicate()
    if worker.returncode:
        sys.exit("What the worker does failed during the attack.")


def problems_of(outcome: dict[str, Any], *, networks: int) -> list[str]:
    """Return what is not as it must be, in sentences; nothing if all is."""
    came, kept, counted = outcome["came"], outcome["kept"], outcome["counted"]
    sent = {kind: len(group["took"]) for kind, group in came.items()}
    strange = {
        kind: group["statuses"] for kind, group in came.items() if set(group["statuses"]) - {"200", "303"}
    }
    honest = (HOME, OFFICE)
    checks = {
        f"Some were refused: {strange}.": not strange,
        f"Readers answered and were not kept: {kept} of {sent}.": all(
            kept.get(kind, 0) == sent[kind] for kind in (*honest, NEIGHBOUR, ATTACK)
        ),
        f"Readers from networks of their own do not count: {counted}.": all(
            counted.get(kind, 0) == sent[kind] for kind in honest
        ),
        "Somebody without a cookie was counted.": came[STRANGER]["unconfirmed"] == sent[STRANGER]
        and sum(kept.values()) == sum(sent.values()) - sent[STRANGER],
        f"One network has {outcome['most_of_one_network']} ballots that count.": outcome[
            "most_of_one_network"
        ]
        <= LIMIT,
        f"Not all of the attack is flagged: {outcome['flagged']} of {sent}.": outcome["flagged"].get(ATTACK)
        == sent[ATTACK],
        f"Readers at home are flagged: {outcome['flagged']}.": not outcome["flagged"].get(HOME),
        f"Nobody can read {len(outcome['flags'])} flags.": len(outcome["flags"]) <= 2 * min(networks, 10) + 2,
        "Without the attack the result is not what the readers said.": outcome["without"]
        == outcome["decided"]
        == outcome["truth"],
        "The tally is not that of the ballots.": outcome["adds_up"] is True,
    }
    return [problem for problem, holds in checks.items() if not holds]


def said_of(outcome: dict[str, Any]) -> str:
    """Return what became of everybody, and how long readers waited, in one line."""
    waited = sorted(outcome["came"][HOME]["took"])
    p95 = waited[int(len(waited) * 0.95)]
    counted, kept = outcome["counted"], outcome["kept"]
    readers = sum(counted.get(kind, 0) for kind in (HOME, OFFICE))
    return (
        f"{readers} of {readers} readers counted, p95 {p95:.0f} ms; of {kept[ATTACK]} votes of the attack "
        f"{counted.get(ATTACK, 0)} counted at first, all on {len(outcome['flags'])} flags; with them n = "
        f"{sum(outcome['with'].values())}, without {sum(outcome['without'].values())}"
    )


def _result(name: str, took: list[float]) -> Result:
    cuts = statistics.quantiles(took, n=100)
    rate = len(took) / SECONDS
    return Result(name, rate, statistics.median(took), cuts[98], note=f"95 %: {cuts[94]:.0f} ms")
