"""What a measurement is, how several are taken turn by turn, and how the table looks."""

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One line of the table: the median of several rounds. Times are milliseconds."""

    name: str
    per_second: float
    median_ms: float
    p99_ms: float | None = None
    #: The slowest and the fastest round, as a rate.
    slowest_round: float | None = None
    fastest_round: float | None = None
    #: The rate beside that of the anchor, measured in the same run.
    ratio: float | None = None
    anchor: str = ""
    note: str = ""


@dataclass(frozen=True)
class Round:
    """How one round of requests went."""

    per_second: float
    median_ms: float
    p99_ms: float


def say(sentence: str) -> None:
    """Show how far the measurement is."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def summary(name: str, rounds: Sequence[Round]) -> Result:
    rates = [one.per_second for one in rounds]
    return Result(
        name,
        statistics.median(rates),
        statistics.median(one.median_ms for one in rounds),
        statistics.median(one.p99_ms for one in rounds),
        min(rates),
        max(rates),
    )


def round_of(took: Sequence[float], seconds: float) -> Round:
    """Make a round of the milliseconds each request took."""
    return Round(len(took) / seconds, statistics.median(took), statistics.quantiles(took, n=100)[98])


def turn_by_turn(
    runs: Mapping[str, Callable[[], Round]], rounds: int, between: Callable[[], object] = lambda: None
) -> dict[str, Result]:
    """Run each so many times, always one after the other, so that noise meets all of them alike.

    A first round of each warms up and is forgotten; ``between`` is run after each round.
    """
    taken: dict[str, list[Round]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            outcome = run()
            say(f"  {'warm-up' if number == 0 else f'round {number}'}: {name}: {outcome.per_second:.0f}/s")
            if number:
                taken[name].append(outcome)
        between()
    return {name: summary(name, outcomes) for name, outcomes in taken.items()}


def timed_in_turn(calls: Mapping[str, Callable[[], object]], times: int) -> dict[str, Result]:
    """Time single calls in this process, turn by turn; the rate is one by the median time."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(times + 3):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if number >= 3:
                took[name].append((time.perf_counter() - began) * 1000)
    return {
        name: Result(
            name,
            1000 / statistics.median(times_),
            statistics.median(times_),
            statistics.quantiles(times_, n=100)[98],
            1000 / max(times_),
            1000 / min(times_),
        )
        for name, times_ in took.items()
    }


def show(results: Sequence[Result]) -> None:
    """Print the table."""
    wide = max(len(one.name) for one in results) + 2
    heads = ("a second", "(min-max)", "median ms", "99 % ms", "ratio")
    sys.stdout.write(f"\n{'':{wide}}{heads[0]:>10}{heads[1]:>17}{heads[2]:>11}{heads[3]:>10}{heads[4]:>8}\n")
    for one in results:
        span = ""
        if one.slowest_round is not None and one.fastest_round is not None:
            span = f"{_rate(one.slowest_round)}-{_rate(one.fastest_round)}"
        slowest = f"{one.p99_ms:.1f}" if one.p99_ms is not None else ""
        ratio = f"{one.ratio:.3f}" if one.ratio is not None else ""
        beside = f"  of {one.anchor}" if one.ratio is not None else ""
        note = f"  {one.note}" if one.note else ""
        sys.stdout.write(
            f"{one.name:{wide}}{_rate(one.per_second):>10}{span:>17}{one.median_ms:>11.2f}{slowest:>10}{ratio:>8}{beside}{note}\n"
        )


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2f}"
