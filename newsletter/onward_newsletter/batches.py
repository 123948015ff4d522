"""Settling and stamping several messages at once: one transaction, one wait for the disk."""

import time
from collections.abc import Iterable, Sequence

from django.db import DatabaseError, transaction

from . import claims
from .at_once import statements_for
from .feed import Job
from .sender import Bookkeeper


class Batches:
    """Writes into the ledger what is known of several messages."""

    def __init__(self, sender: Bookkeeper) -> None:
        self._sender = sender
        self._stamping: list[Job] = []
        #: How long the last bookkeeping took, in seconds.
        self.took = 0.0

    def settle_and_stamp(self, accepted: Sequence[Job], ready: Sequence[Job]) -> set[Job]:
        """Do both in one transaction, so that both cost one wait for the disk."""
        if not ready:
            self.settle(accepted)
            return set()
        began = time.monotonic()
        self._stamping = list(ready)
        try:
            stamped = self._in_one_message(accepted, ready)
            if stamped is None:
                stamped = self._in_one_transaction(accepted, ready)
        except DatabaseError:
            self.settle(accepted)
            raise
        self._stamping, self.took = list(stamped), time.monotonic() - began
        self._count(accepted)
        return stamped

    def _in_one_message(self, accepted: Sequence[Job], ready: Sequence[Job]) -> set[Job] | None:
        """Do both the short way; None, and nothing done, where that is not possible."""
        works = {id(job.work) for job in (*accepted, *ready)}
        statements = statements_for(ready[0].work) if len(works) == 1 else None
        if statements is None:
            return None
        pks = statements.settle_and_stamp([job.row for job in accepted], [job.row for job in ready])
        return {job for job in ready if job.row.pk in pks}

    def _in_one_transaction(self, accepted: Sequence[Job], ready: Sequence[Job]) -> set[Job]:
        with transaction.atomic():
            self.settle(accepted, is_final=False)
            return self._stamp(ready)

    def settle(self, accepted: Sequence[Job], *, is_final: bool = True) -> None:
        """Record that messages were accepted; inside a transaction, whoever opened it counts them."""
        for jobs in _by_work(accepted):
            if is_final:
                _settle_for_good(jobs)
            else:
                claims.try_to_settle_submitted([job.row for job in jobs])
        if is_final:
            self._count(accepted)

    def _count(self, accepted: Sequence[Job]) -> None:
        for job in accepted:
            self._sender.note_submitted(job.work)

    def stamp(self, ready: Sequence[Job]) -> set[Job]:
        """Stamp each ready message, those of one issue in one statement; return the ones that may go."""
        self._stamping = list(ready)
        stamped = self._stamp(ready)
        self._stamping = list(stamped)
        return stamped

    def begin(self, job: Job) -> None:
        """Note that a message is about to be handed over, so that its stamp stands from here on."""
        self._stamping.remove(job)

    def _stamp(self, ready: Sequence[Job]) -> set[Job]:
        stamped: set[Job] = set()
        for jobs in _by_work(ready):
            rows = [job.row for job in jobs]
            pks = claims.stamp_all(rows, jobs[0].work.fences(rows))
            stamped |= {job for job in jobs if job.row.pk in pks}
        return stamped

    def take_back(self) -> list[Job]:
        """Return the messages that were interrupted at their stamp; nothing of them has left, so others may send them."""
        interrupted, self._stamping = self._stamping, []
        for jobs in _by_work(interrupted):
            claims.take_back_stamps([job.row for job in jobs])
        return interrupted


@claims.until_it_lands
def _settle_for_good(jobs: Sequence[Job]) -> None:
    """Record outside a transaction that messages of one work were accepted, the short way where that is possible."""
    rows = [job.row for job in jobs]
    if statements := statements_for(jobs[0].work):
        statements.settle_and_stamp(rows, [])
    else:
        claims.try_to_settle_submitted(rows)


def _by_work(jobs: Iterable[Job]) -> Iterable[list[Job]]:
    groups: dict[int, list[Job]] = {}
    for job in jobs:
        groups.setdefault(id(job.work), []).append(job)
    return groups.values()
