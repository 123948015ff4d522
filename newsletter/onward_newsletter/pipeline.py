"""The fast way out: several connections in one thread, and one bookkeeping transaction for all that are ready at once.

While a relay takes its time, answers come one by one, and each message is stamped by itself. Where it is fast, several
connections are ready together, and are stamped together. Either way a message is handed over only after its own stamp
was committed, each connection has at most one message in flight, and so a worker that is killed leaves at most as many
in doubt as it had connections.
"""

import contextlib
import time
from collections import deque
from collections.abc import Sequence

from django.db import DatabaseError

from .batches import Batches
from .conf import get_settings
from .feed import Feed, Job, Pause
from .messages import Message
from .sender import Bookkeeper, LaneClosed
from .transports.base import SenderRefused, WayBlocked
from .transports.connection import SmtpConnection
from .transports.pool import News, Pool
from .transports.replies import Kind, Outcome
from .transports.smtp import wire_bytes


#: The longest look at the sockets before should_stop is asked again.
NAP_SECONDS = 0.2

#: How long what was accepted may wait for a stamp to go with it, in one transaction.
SETTLE_SECONDS = 0.05


class Pipeline:
    """Sends what a feed passes on."""

    def __init__(self, sender: Bookkeeper, feed: Feed) -> None:
        self._sender, self._feed = sender, feed
        self._jobs = iter(feed)
        self._again: deque[Job] = deque()
        self._pool = Pool(get_settings().CONNECTIONS)
        #: What was built for the jobs that are not handed over yet: the message, and its bytes on the wire.
        self._built: dict[Job, tuple[Message, bytes]] = {}
        self._batches = Batches(sender)
        #: What the ledger has not heard of yet: messages that were accepted, and those that wait for their stamp.
        self._accepted: list[Job] = []
        self._accepted_since = 0.0
        self._ready: dict[Job, SmtpConnection] = {}
        #: Those of which the batch under way has the stamp.
        self._stamping: dict[Job, SmtpConnection] = {}
        self._pause_until = 0.0
        self._is_exhausted = False
        self._begun = 0

    def run(self) -> None:
        """Send until the feed ends; raises LaneClosed when the mail server went away."""
        try:
            while self._go_through():
                # What was refused for now may be due again.
                self._jobs, self._is_exhausted = iter(self._feed), False
        finally:
            self._wind_up()

    def _go_through(self) -> bool:
        """Send what the feed has; return whether there was anything."""
        begun = self._begun
        while self._has_work():
            self._ask()
            self._deal_with(self._gather())
        return self._begun > begun

    def _has_work(self) -> bool:
        is_sending = bool(self._again) or not self._is_exhausted or self._pool.is_busy
        return is_sending or bool(self._accepted) or self._batches.is_under_way

    # Asking

    def _ask(self) -> None:
        """Give every idle connection a message to ask for; where all are busy, open more."""
        self._pool.take_opened()
        for connection in self._pool:
            if connection.is_idle and not self._ask_for_next(connection):
                return
        if (wanted := self._pool.wanted(alone=self._goes_alone())) and (job := self._next_job()):
            # Whichever connection is free first takes it.
            self._again.appendleft(job)
            try:
                self._pool.open(wanted)
            except (WayBlocked, SenderRefused) as error:
                self._blame_no_recipient(self._again.popleft(), error)

    def _goes_alone(self) -> bool:
        """Whether one connection is enough: until the server has taken something, and while it is being tried."""
        return self._sender.is_probing or not self._sender.report.submitted

    def _ask_for_next(self, connection: SmtpConnection) -> bool:
        if job := self._next_job():
            connection.ask(job, self._built[job][0])
        return job is not None

    def _next_job(self) -> Job | None:
        """Return the next message that can be sent, built; those that cannot are settled on the way."""
        while job := self._again.popleft() if self._again else self._next_from_feed():
            if job in self._built or self._build(job):
                return job
        return None

    def _next_from_feed(self) -> Job | None:
        if self._is_exhausted or time.monotonic() < self._pause_until:
            return None
        found = next(self._jobs, None)
        if isinstance(found, Pause):
            self._pause_until = found.until
            return None
        self._is_exhausted = found is None
        self._begun += found is not None
        return found

    def _build(self, job: Job) -> bool:
        """Build the message; whatever that raises is this recipient's trouble alone."""
        try:
            if reason := job.work.reason_to_skip(job.row):
                self._sender.skip(job.row, reason)
                return False
            message = job.work.message_for(job.row)
            self._built[job] = message, wire_bytes(message)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 (a poisonous recipient, whatever it raises, stops nobody else)
            self._note(job, self._sender.not_begun(job.work, job.row, error))
            return False
        return True

    # Looking

    def _gather(self) -> News:
        """Look; where most answers have come, wait a moment for the rest, as one bookkeeping does for all of them."""
        found, end = self._look(), time.monotonic() + self._batches.took / 4
        while found and not self._batches.is_under_way and self._pool.most_have_answered:
            if (left := end - time.monotonic()) <= 0:
                break
            found += self._look(longest=left)
        return found

    def _look(self, *, longest: float = NAP_SECONDS) -> News:
        return self._pool.look(self._until(longest), self._batches if self._batches.is_waiting else None)

    def _until(self, longest: float) -> float:
        """Return the moment at which there is something to do, whatever the sockets say."""
        now, is_waiting = time.monotonic(), self._batches.is_waiting
        moments = [now + longest]
        if self._accepted and not is_waiting:
            moments.append(self._accepted_since + SETTLE_SECONDS)
        if not self._pool.is_opening and (self._pause_until > now or not (self._pool.is_busy or is_waiting)):
            moments.append(self._pause_until)
        return min(moments)

    # Dealing with what was seen

    def _deal_with(self, outcomes: News) -> None:
        """Settle what was accepted, sort what was not, stamp what is ready, and hand it over."""
        others: list[Outcome] = []
        for connection, outcome in outcomes:
            if outcome.kind == Kind.ACCEPTED:
                self._accepted_since = self._accepted_since if self._accepted else time.monotonic()
                self._accepted.append(outcome.job)
            elif outcome.kind == Kind.READY:
                self._ready[outcome.job] = connection
            else:
                others.append(outcome)
        if others or self._sender.is_probing:
            with contextlib.ExitStack() as anyway:
                anyway.callback(self._sort, others)
                self._finish_batch()
                self._batches.settle(self._taken_accepted())
        self._keep_books()
        self._pool.forget_closed()

    def _keep_books(self) -> None:
        """Have one batch under way whenever there is anything for it; hand over what the one before has stamped.

        The next batch begins first: the database is at work while the messages leave.
        """
        self._begin_batch()
        while (stamped := self._batches.ended()) is not None:
            stamping, self._stamping = self._stamping, {}
            self._begin_batch()
            self._hand_over(stamping, stamped)

    def _finish_batch(self) -> None:
        """Wait for the batch under way, and hand over what it stamped."""
        if (stamped := self._batches.ended(wait=True)) is not None:
            stamping, self._stamping = self._stamping, {}
            self._hand_over(stamping, stamped)

    def _begin_batch(self) -> None:
        if self._batches.is_under_way or not (self._ready or self._is_settling_urgent()):
            return
        ready, self._ready = self._ready, {}
        still = {job: connection for job, connection in ready.items() if connection.asked is job}
        self._stamping = still if not self._feed.is_over() else {}
        if not self._stamping:
            # Told to stop.
            self._hand_over(still, set())
        if self._accepted or self._stamping:
            self._batches.settle_and_stamp(self._taken_accepted(), list(self._stamping))

    def _is_settling_urgent(self) -> bool:
        """Whether to settle what was accepted now, and not together with the next stamp, which is about to come."""
        return not self._pool.is_asking or time.monotonic() > self._accepted_since + SETTLE_SECONDS

    def _taken_accepted(self) -> list[Job]:
        taken, self._accepted = self._accepted, []
        return taken

    def _hand_over(self, stamping: dict[Job, SmtpConnection], stamped: set[Job]) -> None:
        """Hand over what was stamped, and give up the rest of what should have been."""
        for job in sorted(stamped, key=lambda job: job.is_paced):
            if stamping[job].asked is not job:
                self._batches.undo(job)  # Its connection ended meanwhile.
                continue
            self._feed.space_out(job)
            self._batches.begin(job)
            stamping[job].hand_over(self._built.pop(job)[1])
        # Only now is there time to ask the database for more, which may be away.
        for job, connection in stamping.items():
            if job in stamped:
                self._ask_ahead(connection, job)
            elif connection.asked is job:
                connection.abandon()
                self._not_stamped(job)

    def _not_stamped(self, job: Job) -> None:
        self._built.pop(job, None)
        if not self._sender.not_stamped(job.row):
            job.give_back()
            self._feed.hold(job.work)

    def _ask_ahead(self, connection: SmtpConnection, job: Job) -> None:
        if connection.can_ask and not job.is_paced and not self._sender.is_probing:
            self._ask_for_next(connection)

    def _sort(self, others: Sequence[Outcome]) -> None:
        """Settle what was refused or lost, all of it, even if one of them closes the lane."""
        closed: LaneClosed | None = None
        for outcome in others:
            try:
                self._sort_one(outcome)
            except LaneClosed as error:
                closed = error
        if closed:
            raise closed

    def _sort_one(self, outcome: Outcome) -> None:
        job, error = outcome.job, outcome.error
        if outcome.kind == Kind.UNTRIED or error is None:
            job.was_retried = True
            self._again.append(job)
        elif outcome.kind == Kind.NOT_ACCEPTED:
            self._built.pop(job, None)
            self._note(job, self._sender.not_submitted(job.work, job.row, error))
        elif isinstance(error, (WayBlocked, SenderRefused)):
            self._blame_no_recipient(job, error)
        else:
            self._built.pop(job, None)
            self._note(job, self._sender.not_begun(job.work, job.row, error))

    def _blame_no_recipient(self, job: Job, error: WayBlocked | SenderRefused) -> None:
        self._built.pop(job, None)
        job.give_back()
        self._note(job, self._sender.not_begun(job.work, job.row, error))

    def _note(self, job: Job, may_go_on: bool) -> None:
        if not may_go_on:
            self._feed.hold(job.work)

    def _wind_up(self) -> None:
        """Wait for the answers on their way, give back what was not begun, and say goodbye."""
        asked = self._pool.asked
        try:
            with contextlib.ExitStack() as anyway:
                anyway.callback(self._await_answers)
                self._batches.ended(wait=True)
        finally:
            self._batches.close()
            self._pool.close()
            for job in dict.fromkeys([*asked, *self._again, *self._batches.take_back()]):
                job.give_back()
            self._jobs.close()

    def _await_answers(self) -> None:
        self._pool.abandon()
        self._pause_until = 0.0
        self._batches.settle(self._taken_accepted())
        while self._pool.is_waiting:
            outcomes = [outcome for _connection, outcome in self._look() if outcome.job is not None]
            self._batches.settle([outcome.job for outcome in outcomes if outcome.kind == Kind.ACCEPTED])
            with contextlib.suppress(LaneClosed):
                self._sort([outcome for outcome in outcomes if outcome.kind == Kind.NOT_ACCEPTED])
