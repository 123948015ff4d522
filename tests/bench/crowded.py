"""Polls with a million ballots, written by the database itself; run as a program inside the site, one job at a time."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from tests.bench.measuring import Result, timed_in_turn


#: How both databases write what differs from ballot to ballot; ``i`` counts from 1, ``n`` is how many there are.
COLUMNS = {
    "postgresql": {
        "uuid": "gen_random_uuid()",
        "reader_key": "md5(i::text) || md5((-i)::text)",
        "cast_at": "now() - interval '14 days' * (n - i) / n",
        "network": "md5((i % 40000)::text) || md5('')",
        "role": "(ARRAY['', 'Sales', 'Service', 'Head office'])[i % 4 + 1]",
    },
    "sqlite": {
        "uuid": "lower(hex(randomblob(16)))",
        "reader_key": "lower(hex(randomblob(32)))",
        "cast_at": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ((n - i) * 1209600 / n) || ' seconds')",
        "network": "printf('%064d', i % 40000)",
        "role": "CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN 'Sales' WHEN 2 THEN 'Service' ELSE 'Head office' END",
    },
}


def fill(ballots: int, *, follows: Any = None) -> Any:
    """Make a public poll with so many ballots, all of them copies of one that was really cast."""
    from django.db import connection

    from onward_polls.actions import cast_ballot, rebuild_tallies
    from tests.bench.voters import a_public_poll

    poll = a_public_poll()
    poll.results_visibility, poll.roles, poll.follows = "always", "Sales\nService\nHead office", follows
    poll.save()
    options = list(poll.options.all())
    pattern = cast_ballot(poll, identity="rid:pattern", options=options[:1])
    with connection.cursor() as cursor:
        _copy_ballot(cursor, pattern, ballots, connection.vendor)
        cursor.execute(
            "INSERT INTO onward_polls_vote (ballot_id, option_id, exclusive) "
            "SELECT id, %s + id * id %% %s, %s FROM onward_polls_ballot WHERE poll_id = %s AND id <> %s",
            [options[0].pk, len(options), True, poll.pk, pattern.pk],
        )
        if follows:
            cursor.execute(
                "UPDATE onward_polls_ballot SET previous_id = id - %s WHERE poll_id = %s AND id <> %s",
                [pattern.pk - follows.ballots.order_by("pk")[0].pk, poll.pk, pattern.pk],
            )
    pattern.delete()
    rebuild_tallies(poll)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    return poll


def _copy_ballot(cursor: Any, pattern: Any, ballots: int, vendor: str) -> None:
    written = COLUMNS[vendor]
    columns = [field.column for field in pattern._meta.concrete_fields if not field.primary_key]
    values = [written.get(column, f"pattern.{column}") for column in columns]
    cursor.execute(
        f"WITH RECURSIVE numbers(i, n) AS (SELECT 1, {ballots} UNION ALL SELECT i + 1, n FROM numbers WHERE i < n) "
        f"INSERT INTO onward_polls_ballot ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM numbers, onward_polls_ballot AS pattern WHERE pattern.id = {pattern.pk}"
    )


def load(few: int, many: int) -> dict[str, int]:
    """Make the polls everything else here is about; return their numbers."""
    small, large = fill(few), fill(many)
    return {"few": small.pk, "many": large.pk, "again": fill(many // 10, follows=large).pk}


def read(few: int, many: int) -> list[dict[str, Any]]:
    """Read the results of both polls, turn by turn."""
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})

    def get(path: str) -> Callable[[], None]:
        def call() -> None:
            response = client.get(path)
            if response.status_code != 200:
                sys.exit(f"{path} answered {response.status_code}.")

        return call

    calls = {}
    for name, poll in (("few", few), ("many", many)):
        calls[f"{name}: results.json"] = get(f"/polls/{poll}/results.json")
        calls[f"{name}: poll page"] = get(f"/polls/{poll}/")
    return [asdict(one) for one in timed_in_turn(calls, 60).values()]


def fold(poll_id: int, votes: int) -> list[dict[str, Any]]:
    """Fold so many new votes, again and again: the counting alone, and with whatever listens to it."""
    from django.db import connection

    from onward_polls.actions import fold_tallies
    from onward_polls.folding import fold_poll
    from onward_polls.models import Poll

    poll = Poll.objects.get(pk=poll_id)
    first = poll.options.all()[0].pk

    def vote() -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO onward_polls_tallydelta (poll_id, option_id, door, delta) VALUES (%s, %s, 'web', 1)",
                [(poll.pk, option) for i in range(votes) for option in (None, first + i % 5)],
            )

    name = f"folding {votes:,} new votes"
    return [
        _folding(name, poll, votes, vote, lambda: fold_poll(poll)),
        _folding(f"{name}, with listeners", poll, votes, vote, lambda: fold_tallies(poll)),
    ]


def _folding(name: str, poll: Any, votes: int, vote: Callable[[], None], run: Callable[[], object]) -> Any:
    from onward_polls.tally import read_tally

    took, count = [], read_tally(poll).n
    for number in range(8):
        vote()
        began = time.perf_counter()
        run()
        took.append((time.perf_counter() - began) * 1000)
        count += votes
        if read_tally(poll, live=False).n != count:
            sys.exit(f"After fold {number} the tally is wrong.")
    took = sorted(took[1:])
    middle = took[len(took) // 2]
    return asdict(Result(name, 1000 / middle, middle, None, 1000 / took[-1], 1000 / took[0]))


@contextmanager
def _weighed(name: str, results: list[dict[str, Any]]) -> Iterator[None]:
    """Note how long something takes, and how far it raises the most memory this process ever held."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    yield
    took = (time.perf_counter() - began) * 1000
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    results.append(asdict(Result(name, 1000 / took, took, note=f"+{more:.0f} MB")))


def breakdown(*poll_ids: int) -> list[dict[str, Any]]:
    """Count days, roles and moves."""
    from onward_polls.actions import refresh_breakdown
    from onward_polls.models import Poll

    results: list[dict[str, Any]] = []
    for poll in Poll.objects.filter(pk__in=poll_ids).select_related("follows"):
        with _weighed("counting the breakdown" + (" with moves" if poll.follows else ""), results):
            refresh_breakdown(poll)
    return results


def fairness(poll_id: int) -> list[dict[str, Any]]:
    """Look for bursts in the last day, a fourteenth of all ballots."""
    from onward_polls.fairness.finding import few_writers, find_flags
    from onward_polls.models import Poll

    results: list[dict[str, Any]] = []
    poll = Poll.objects.get(pk=poll_id)
    for name in ("looking for bursts", "looking again"):
        with _weighed(name, results):
            find_flags(poll)
            few_writers(poll)
    return results


def export(poll_id: int) -> list[dict[str, Any]]:
    """Write every answer as a row of a spreadsheet."""
    from onward_polls.models import Poll
    from onward_polls.viewsets.export import csv_lines

    results: list[dict[str, Any]] = []
    with open("/dev/null", "w", newline="") as file, _weighed("the CSV of all answers", results):
        file.writelines(csv_lines(Poll.objects.get(pk=poll_id)))
    return results


def desk(few: int, many: int) -> list[dict[str, Any]]:
    """Open the author's numbers of both polls, turn by turn, once they have been counted in the background."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import reverse

    from onward_polls.actions import refresh_breakdown
    from onward_polls.models import Poll
    from onward_polls.viewsets import poll_viewset

    for poll in Poll.objects.filter(pk__in=(few, many)):
        refresh_breakdown(poll)
    author = get_user_model().objects.create_superuser("author", "author@example.org", "words")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(author)

    def get(path: str) -> Callable[[], None]:
        def call() -> None:
            if client.get(path).status_code != 200:
                sys.exit(f"{path} did not answer.")

        return call

    screens = {"the author's numbers": "inspect", "what of them moves": "numbers"}
    calls = {
        f"{name}: {title}": get(reverse(poll_viewset.get_url_name(screen), args=[poll]))
        for title, screen in screens.items()
        for name, poll in (("few", few), ("many", many))
    }
    return [asdict(one) for one in timed_in_turn(calls, 10).values()]


JOBS: dict[str, Callable[..., Any]] = {
    "load": load,
    "read": read,
    "fold": fold,
    "breakdown": breakdown,
    "desk": desk,
    "fairness": fairness,
    "export": export,
}


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(JOBS[sys.argv[1]](*map(int, sys.argv[2:]))))
