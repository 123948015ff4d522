"""Settling and stamping several messages at once: one transaction, one wait for the disk.

On PostgreSQL it runs on a second connection, while the sockets of the mail server are looked after.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

from . import claims
from .at_once import statements_for
from .feed import Job
from .second_connection import SecondConnection
from .sender import Bookkeeper


@dataclass
class Batch:
    """What is settled, and what is stamped, in one transaction."""

    accepted: Sequence[Job]
    ready: Sequence[Job]
    began: float
    #: What was stamped, once that is known.
    stamped: set[Job] | None = None


class Batches:
    """Writes into the ledger what is known of several messages. One batch at a time can be under way."""

    def __init__(self, sender: Bookkeeper) -> None:
        self._sender = sender
        self._second = SecondConnection()
        self._batch: Batch | None = None
        #: What may be stamped, and is not begun.
        self._stamping: list[Job] = []
        #: How long the last batch took, in seconds.
        self.took = 0.0

    # A batch

    @property
    def is_under_way(self) -> bool:
        """Whether there is a batch whose end nobody has heard of."""
        return self._batch is not None

    @property
    def is_waiting(self) -> bool:
        """Whether the end of a batch will be seen at its socket."""
        return self._batch is not None and self._batch.stamped is None

    def fileno(self) -> int:
        return self._second.fileno()

    def settle_and_stamp(self, accepted: Sequence[Job], ready: Sequence[Job]) -> None:
        """Begin with both in one transaction; ``ended`` tells what came of it."""
        batch = self._batch = Batch(accepted, ready, time.monotonic())
        self._stamping += ready
        try:
            if not self._send(batch):
                with transaction.atomic():
                    self.settle(accepted, is_final=False)
                    batch.stamped = self._stamp(ready)
        except DatabaseError:
            self._settle_at_least()
            raise

    def _send(self, batch: Batch) -> bool:
        """Begin the short way; return False, and do nothing, where that is not possible."""
        jobs = [*batch.accepted, *batch.ready]
        statements = statements_for(jobs[0].work) if len({id(job.work) for job in jobs}) == 1 else None
        if statements is None or any(job.row.has_new_message_id for job in batch.ready):
            return False
        self._second.send(*statements.settle_and_stamp(_rows(batch.accepted), _rows(batch.ready)))
        return True

    def ended(self, *, wait: bool = False) -> set[Job] | None:
        """Return what the batch stamped, once; None while it is under way, and where there is none."""
        batch = self._batch
        if batch is None:
            return None
        try:
            if batch.stamped is None:
                number = self._second.result(wait=wait)
                if number is None:
                    return None
                pks = claims.stamped_of(_rows(batch.ready), number) if batch.ready else set()
                batch.stamped = {job for job in batch.ready if job.row.pk in pks}
        except DatabaseError:
            self._settle_at_least()
            raise
        self._batch, self.took = None, time.monotonic() - batch.began
        self._forget(set(batch.ready) - batch.stamped)
        self._count(batch.accepted)
        return batch.stamped

    def _settle_at_least(self) -> None:
        """Record what was accepted, even if nothing else of its batch can be done."""
        batch, self._batch = self._batch, None
        if batch:
            self.settle(batch.accepted)

    # One thing at a time

    def settle(self, accepted: Sequence[Job], *, is_final: bool = True) -> None:
        """Record that messages were accepted; inside a transaction, whoever opened it counts them."""
        for jobs in _by_work(accepted):
            settle = claims.settle_all_submitted if is_final else claims.try_to_settle_submitted
            settle(_rows(jobs))
        if is_final:
            self._count(accepted)

    def _count(self, accepted: Sequence[Job]) -> None:
        for job in accepted:
            self._sender.note_submitted(job.work)

    def stamp(self, ready: Sequence[Job]) -> set[Job]:
        """Stamp each ready message, those of one issue in one statement; return the ones that may go."""
        self._stamping += ready
        stamped = self._stamp(ready)
        self._forget(set(ready) - stamped)
        return stamped

    def _forget(self, not_stamped: set[Job]) -> None:
        self._stamping = [job for job in self._stamping if job not in not_stamped]

    def begin(self, job: Job) -> None:
        """Note that a message is about to be handed over, so that its stamp stands from here on."""
        self._stamping.remove(job)

    def undo(self, job: Job) -> None:
        """Take back a stamp whose message cannot be handed over after all, and keep the row."""
        self._stamping.remove(job)
        claims.hold_again([job.row])

    def _stamp(self, ready: Sequence[Job]) -> set[Job]:
        stamped: set[Job] = set()
        for jobs in _by_work(ready):
            rows = _rows(jobs)
            pks = claims.stamp_all(rows, jobs[0].work.fences(rows))
            stamped |= {job for job in jobs if job.row.pk in pks}
        return stamped

    def take_back(self) -> list[Job]:
        """Return the messages that were interrupted at their stamp; nothing of them has left, so others may send them."""
        interrupted, self._stamping = self._stamping, []
        for jobs in _by_work(interrupted):
            claims.take_back_stamps(_rows(jobs))
        return interrupted

    def close(self) -> None:
        """Close what was opened for batches."""
        self._second.close()


def _rows(jobs: Iterable[Job]) -> list[Any]:
    return [job.row for job in jobs]


def _by_work(jobs: Iterable[Job]) -> Iterable[list[Job]]:
    groups: dict[int, list[Job]] = {}
    for job in jobs:
        groups.setdefault(id(job.work), []).append(job)
    return groups.values()
