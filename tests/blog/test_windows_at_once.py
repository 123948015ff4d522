"""Many workers aggregate at once, and some are killed, while readers vote: each window has one row that adds up."""

import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from onward_blog.models import ResponseWindow, Roundup, ShareCount
from onward_blog.responses.canonical import canonical_json, sha256_of
from onward_blog.responses.windows import DAY, last_settled_midnight
from onward_polls.actions import cast_ballot, fold_tallies
from onward_polls.models import Ballot
from tests.blog import aggregator
from tests.blog.answers import a_ballot, a_part, a_poll, a_series
from tests.faults.arena import default_database
from tests.faults.conftest import migrated_postgresql, migrated_postgresql_url


__all__ = ["migrated_postgresql", "migrated_postgresql_url"]

DAYS = 12


class Story:
    """A series of two parts whose answers came over some days, by chance; and readers who go on answering.

    Some wrote a sentence with their vote, and some days after it.
    """

    def __init__(self, chance: random.Random) -> None:
        self.midnight = last_settled_midnight()
        self.series, self.polls = a_series(), [a_poll("First?"), a_poll("Second?")]
        self.parts = [a_part(self.series, body=[("poll", poll)]) for poll in self.polls]
        for poll in self.polls:
            options = list(poll.options.all())
            for _reader in range(60):
                at = self.midnight - chance.random() * DAYS * DAY
                text: dict[str, Any] = {"words": "I wrote this."} if chance.random() < 0.4 else {}
                if text and chance.random() < 0.5:
                    text["words_at"] = at + chance.random() * (self.midnight - at)
                a_ballot(poll, chance.choice(options), at=at, door=chance.choice(["web", "mail"]), **text)
        for number in range(DAYS):
            day = (self.midnight - (number + 1) * DAY).date()
            ShareCount.objects.create(page=self.parts[0], channel="mail", day=day, clicks=number, arrivals=3)

    @contextmanager
    def readers_who_vote(self) -> Iterator[list[str]]:
        """Let readers answer all the while; yields the errors they met."""
        stop, errors = threading.Event(), []

        def vote() -> None:
            number = 0
            try:
                while not stop.wait(0.01):
                    poll = self.polls[number % 2]
                    cast_ballot(poll, identity=f"rid:{number}", options=[poll.options.all()[number % 2]])
                    number += 1
                    if number % 50 == 0:
                        fold_tallies()
            except Exception as error:  # noqa: BLE001 (every error is reported)
                errors.append(repr(error))
            finally:
                connection.close()

        thread = threading.Thread(target=vote)
        with override_settings(ONWARD_POLLS={"REQUIRE_LIVE_PAGE": False}):
            thread.start()
            try:
                yield errors
            finally:
                stop.set()
                thread.join(60)

    def check(self) -> None:
        """Compare every row with a count of the raw answers of its day."""
        for part, poll in zip(self.parts, self.polls, strict=True):
            counted: Counter[Any] = Counter()
            for ballot in Ballot.objects.filter(poll=poll, cast_at__lt=self.midnight):
                counted[ballot.cast_at.date(), "answers"] += 1
                if ballot.words:
                    counted[(ballot.words_at or ballot.cast_at).date(), "words"] += 1
            rows = list(ResponseWindow.objects.filter(page=part.pk))
            found = {
                (row.since.date(), name): row.numbers[name] for row in rows for name in ("answers", "words")
            }
            assert Counter(found) == counted
            assert len({row.since for row in rows}) == len(rows)
        rows = ResponseWindow.objects.all()
        assert all(row.sha256 == sha256_of(row.numbers) for row in rows)
        assert all(row.until - row.since == DAY for row in rows)
        of_parts = sums(ResponseWindow.objects.filter(page__in=[part.pk for part in self.parts]))
        assert sums(ResponseWindow.objects.filter(page=self.series.pk)) == of_parts
        assert of_parts["shares"] == sum(range(DAYS))
        everything = Ballot.objects.filter(cast_at__lt=self.midnight)
        assert of_parts["words"] == everything.exclude(words="").count()
        assert of_parts["from_mail"] == everything.filter(door="mail").count()


def sums(rows: Any) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        found.update(row.numbers)
    return +found


def written() -> str:
    """Return one hash of every row."""
    rows = ResponseWindow.objects.order_by("page", "since").values_list("page_id", "since", "sha256")
    return hashlib.sha256(
        canonical_json([[page, f"{since:%F}", sha] for page, since, sha in rows]).encode()
    ).hexdigest()


@pytest.fixture
def on_postgresql(
    migrated_postgresql_url: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    with django_db_blocker.unblock(), default_database(migrated_postgresql_url, tmp_path):
        yield migrated_postgresql_url


def aggregate_and_be_killed(url: str, directory: Path, *, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    story = Story(chance)
    part, until = story.parts[0], story.midnight.isoformat()

    def workers(number: int, first: int) -> list[Any]:
        return [aggregator.start(url, directory, part.pk, until, first + each) for each in range(number)]

    with story.readers_who_vote() as errors:
        for first in range(0, kills, 2):
            doomed = workers(2, first)
            aggregator.release(doomed)
            aggregator.kill_at_random(doomed, chance, within=0.4)
        together = workers(5, kills)
        aggregator.release(together)
        hashes = {printed["roundup"] for printed in aggregator.finish(together)}
        before = written()
        [again] = workers(1, 99)
        aggregator.release([again])
        hashes |= {printed["roundup"] for printed in aggregator.finish([again])}

    assert errors == []
    assert written() == before
    assert len(hashes) == 1
    assert Roundup.objects.get().inputs_hash in hashes
    story.check()


@pytest.mark.services
def test_five_at_once_and_one_killed_write_each_window_once(on_postgresql: str) -> None:
    story = Story(random.Random(1))
    part, until = story.parts[0], story.midnight.isoformat()
    workers = [aggregator.fork(part.pk, until) for _each in range(6)]

    with story.readers_who_vote() as errors:
        workers[0].go.set()
        time.sleep(0.2)
        workers[0].process.kill()
        for worker in workers[1:]:
            worker.go.set()
        hashes = {worker.printed() for worker in workers[1:]}

    assert errors == []
    assert hashes == {Roundup.objects.get().inputs_hash}
    story.check()


@pytest.mark.faults
@pytest.mark.parametrize("seed", [2, 3])
def test_ten_kills_leave_each_window_written_once(on_postgresql: str, tmp_path: Path, seed: int) -> None:
    aggregate_and_be_killed(on_postgresql, tmp_path, kills=10, seed=seed)
