"""A poll with a million ballots beside one with a thousand: reading, folding, counting and exporting, on both databases."""

import json
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from .measuring import Result, say
from .servers import Environment, a_site, manage, module
from .votes import durable_database


FEW, MANY = 1_000, 1_000_000
NEW_VOTES = 1_000


def measure() -> list[Result]:
    """Measure on PostgreSQL and then on SQLite."""
    results = []
    for database in ("PostgreSQL", "SQLite"):
        with ExitStack() as stack:
            url = stack.enter_context(durable_database()) if database == "PostgreSQL" else ""
            environment = stack.enter_context(a_site(DATABASE_URL=url))
            results += [
                replace(
                    one, name=f"{database}, {one.name}", anchor=one.anchor and f"{database}, {one.anchor}"
                )
                for one in _measure(environment, database)
            ]
    return results


def _measure(environment: Environment, database: str) -> list[Result]:
    def job(name: str, *arguments: int) -> Any:
        printed = module("tests.bench.crowded", name, *map(str, arguments), environment=environment)
        return json.loads(printed)

    say(f"A million ballots on {database}: writing them …")
    manage("migrate", "--verbosity", "0", environment=environment)
    polls = job("load", FEW, MANY)
    pair = polls["few"], polls["many"]
    results = _beside_few([Result(**one) for name in ("read", "desk") for one in job(name, *pair)])
    for name, *arguments in (
        ("fold", polls["many"], NEW_VOTES),
        ("breakdown", polls["many"]),
        ("breakdown", polls["again"]),
        ("fairness", polls["many"]),
        ("export", polls["many"]),
    ):
        say(f"  {name} …")
        results += [Result(**one) for one in job(name, *arguments)]
    return results


def _beside_few(results: list[Result]) -> list[Result]:
    """Give each reading of the large poll the ratio of its time to that of the small one."""
    by_name = {one.name: one for one in results}
    return [
        replace(
            one,
            ratio=one.median_ms / by_name[small].median_ms,
            anchor=f"{small} (times)",
            name=one.name.replace("many", f"{MANY:,}"),
        )
        if (small := one.name.replace("many", "few")) != one.name
        else replace(one, name=one.name.replace("few", f"{FEW:,}"))
        for one in results
    ]
