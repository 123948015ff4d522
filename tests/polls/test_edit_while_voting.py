"""Authors reword and archive a poll while readers answer it, on SQLite and on PostgreSQL.

``python -m tests.polls.test_edit_while_voting`` prints what was left behind as one JSON object.
"""

import json
import sys
import threading
import time
from functools import partial
from typing import Any

import pytest

from tests.own_program import report_of
from tests.polls import crowd


AUTHORS, READERS, WAITING = 4, 16, 8


def reworded_while_voting() -> dict[str, Any]:
    """Let authors reword a poll at once while readers answer it; return what stands in the tables."""
    from onward_polls.actions import cast_ballot, reword
    from onward_polls.models import Ballot, Poll, Wording

    poll = crowd.a_poll()
    chosen = poll.options.get(text="A")
    cast_ballot(poll, identity="rid:first", options=[chosen])

    def answer(reader: int) -> None:
        fresh = Poll.objects.get(pk=poll.pk)
        cast_ballot(fresh, identity=f"rid:{reader}", options=[fresh.options.get(pk=chosen.pk)])

    def change(author: int) -> None:
        fresh = Poll.objects.get(pk=poll.pk)
        reword(
            fresh, question=f"Wording {author}?", options={fresh.options.get(pk=chosen.pk): f"A, {author}"}
        )

    readers = [partial(answer, reader) for reader in range(READERS)]
    jobs = [*readers[:8], *(partial(change, author) for author in range(AUTHORS)), *readers[8:]]
    errors = crowd.at_once(jobs)
    return {
        "errors": errors,
        **crowd.books(poll),
        "versions": list(Wording.objects.filter(poll=poll).values_list("version", flat=True)),
        "questions": list(Wording.objects.filter(poll=poll).values_list("question", flat=True)),
        "current": Poll.objects.get(pk=poll.pk).wording_version,
        "of_ballots": sorted(set(Ballot.objects.filter(poll=poll).values_list("wording_version", flat=True))),
    }


def archived_while_voting() -> dict[str, Any]:
    """Archive a poll while readers answer it; return what stands in the tables."""
    from onward_polls.actions import archive_poll, cast_ballot
    from onward_polls.errors import PollClosed
    from onward_polls.models import Ballot, Poll

    poll, counted = crowd.a_poll(), []
    chosen = poll.options.get(text="A")

    def answer(reader: int) -> None:
        try:
            cast_ballot(poll, identity=f"rid:{reader}", options=[chosen])
        except PollClosed:
            return

    def archive() -> None:
        archive_poll(poll)
        counted.append(Ballot.objects.filter(poll=poll).count())

    errors = crowd.at_once([*(partial(answer, reader) for reader in range(READERS)), archive])
    archived = Poll.objects.get(pk=poll.pk).archived_at is not None
    return {"errors": errors, **crowd.books(poll), "counted": counted, "archived": archived}


def reworded_while_they_wait() -> dict[str, Any]:
    """Let readers press what they were shown while a rewording is under way; return the wording on their ballots.

    Half of them press a button, and half come the long way with the poll as they had read it. One comes afterwards
    with a page that says nothing of a wording.
    """
    from django.db import transaction

    from onward_polls.actions import cast_ballot, reword
    from onward_polls.models import Ballot, Poll

    poll, held = crowd.a_poll(), threading.Event()
    chosen = poll.options.get(text="A")
    cast_ballot(poll, identity="rid:first", options=[chosen])
    seats = [crowd.seated(poll) for _reader in range(WAITING // 2)]
    blocked: list[int] = []

    def answer(reader: int) -> None:
        held.wait(30)
        if reader % 2:
            cast_ballot(poll, identity=f"rid:{reader}", options=[chosen])
        else:
            seat = seats[reader // 2]
            crowd.press(poll, chosen, cookies=seat[0], token=seat[1], wording=1)

    def change() -> None:
        with transaction.atomic():
            reword(Poll.objects.get(pk=poll.pk), question="Another question?")
            held.set()
            blocked.append(count_blocked(WAITING))

    errors = crowd.at_once([change, *(partial(answer, reader) for reader in range(WAITING))])
    waited = sorted(Ballot.objects.filter(poll=poll).values_list("wording_version", flat=True))
    seat = crowd.seated(poll)
    errors += crowd.at_once([lambda: crowd.press(poll, chosen, cookies=seat[0], token=seat[1])])
    last = Ballot.objects.filter(poll=poll).latest("pk").wording_version
    return {"errors": errors, **crowd.books(poll), "blocked": blocked, "waited": waited, "last": last}


def count_blocked(enough: int) -> int:
    """Return how many others wait for a lock of this transaction, as soon as they are enough, or after 20 seconds."""
    from django.db import connection

    until, found = time.monotonic() + 20, 0
    while found < enough and time.monotonic() < until:
        time.sleep(0.05)
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            found = cursor.fetchone()[0]
    return found


def check_reworded(outcome: dict[str, Any]) -> None:
    assert outcome["errors"] == []
    assert outcome["adds_up"]
    assert outcome["ballots"] == READERS + 1
    assert outcome["versions"] == list(range(1, AUTHORS + 1))
    assert outcome["current"] == AUTHORS + 1
    assert len(set(outcome["questions"])) == AUTHORS
    assert set(outcome["of_ballots"]) <= set(range(1, AUTHORS + 2))


def check_waited(outcome: dict[str, Any]) -> None:
    assert outcome["errors"] == []
    assert outcome["adds_up"]
    assert outcome["blocked"] == [WAITING]
    assert outcome["waited"] == [1] * (WAITING + 1)
    assert outcome["last"] == 2


def check_archived(outcome: dict[str, Any]) -> None:
    assert outcome["errors"] == []
    assert outcome["adds_up"]
    assert outcome["archived"]
    assert outcome["counted"] == [outcome["ballots"]]


@pytest.mark.django_db(transaction=True)
def test_rewording_while_readers_answer_keeps_every_wording_and_vote_on_sqlite() -> None:
    check_reworded(reworded_while_voting())


@pytest.mark.django_db(transaction=True)
def test_no_ballot_comes_after_the_archive_on_sqlite() -> None:
    check_archived(archived_while_voting())


@pytest.mark.services
def test_both_hold_on_postgresql_and_a_ballot_bears_the_wording_its_reader_saw(
    migrated_database: str,
) -> None:
    report = report_of("tests.polls.test_edit_while_voting", migrated_database)

    assert report["vendor"] == "postgresql"
    for outcome in report["reworded"]:
        check_reworded(outcome)
    for outcome in report["archived"]:
        check_archived(outcome)
    check_waited(report["waited"])


def main() -> None:
    """Run both on the database of the settings."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    report = {
        "vendor": connection.vendor,
        "reworded": [reworded_while_voting() for _round in range(3)],
        "archived": [archived_while_voting() for _round in range(3)],
        "waited": reworded_while_they_wait(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
