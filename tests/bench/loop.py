"""The loop under load: a large roundup, folds of a million ballots beside a thousand, windows, and the dashboard."""

import json
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from .measuring import Result, say
from .servers import Environment, a_site, manage, module
from .votes import durable_database


FEW, MANY = 1_000, 1_000_000
#: What a roundup is made of here: ballots, sentences among them, comments.
ROUNDUP = (10_000, 1_000, 500)


def measure() -> list[Result]:
    """Measure on PostgreSQL and then on SQLite."""
    results = []
    for database in ("PostgreSQL", "SQLite"):
        with ExitStack() as stack:
            url = stack.enter_context(durable_database()) if database == "PostgreSQL" else ""
            environment = stack.enter_context(a_site(DATABASE_URL=url))
            results += [_named(database, one) for one in _measure(environment, database)]
    return results


def _named(database: str, one: Result) -> Result:
    anchor = f"{database}, {one.anchor}" if one.anchor else ""
    return replace(one, name=f"{database}, {one.name}", anchor=anchor)


def _measure(environment: Environment, database: str) -> list[Result]:
    def job(name: str, *arguments: int) -> Any:
        printed = module("tests.bench.loop_jobs", name, *map(str, arguments), environment=environment)
        return json.loads(printed)

    say(f"The loop on {database}: making the tables …")
    manage("migrate", "--verbosity", "0", environment=environment)
    say("  a roundup …")
    results = [Result(**one) for one in job("roundup", *ROUNDUP)]
    say("  writing a million ballots …")
    few, many = job("load", FEW, MANY)
    say("  folds …")
    small, large, *others = [Result(**one) for one in job("fold", few, many)]
    large = replace(large, ratio=large.median_ms / small.median_ms, anchor=f"{small.name} (times)")
    say("  windows …")
    results += [small, large, *others, *[Result(**one) for one in job("windows")]]
    say("  the dashboard …")
    small, large, *others = [Result(**one) for one in job("dashboard", few, many)]
    large = replace(large, ratio=large.median_ms / small.median_ms, anchor=f"{small.name} (times)")
    return [*results, small, large, *others]
