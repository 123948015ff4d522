"""The fast way out: several connections in one thread, and one bookkeeping transaction for all that are ready at once.

While a relay takes its time, answers come one by one, and each message is stamped by itself. Where it is fast, several
connections are ready together, and are stamped together. Either way a message is handed over only after its own stamp
was committed, each connection has at most one message in flight, and so a worker that is killed leaves at most as many
in doubt as it had connections.
"""

import selectors
import time
from collections import deque
from collections.abc import Iterable, Sequence

from django.db import DatabaseError

from .batches import Batches
from .conf import get_settings
from .feed import Feed, Job, Pause
from .messages import Message
from .sender import Bookkeeper, LaneClosed
from .transports.base import SenderRefused, WayBlocked
from .transports.connection import Selector, SmtpConnection
from .transports.opening import Opening
from .transports.replies import Kind, Outcome
from .transports.smtp import open_connection, wire_bytes


#: The longest look at the sockets before should_stop is asked again.
NAP_SECONDS = 0.2

#: The same while another connection is being opened.
OPENING_NAP_SECONDS = 0.01


class Pipeline:
    """Sends what a feed passes on."""

    def __init__(self, sender: Bookkeeper, feed: Feed) -> None:
        self._sender, self._feed = sender, feed
        self._jobs = iter(feed)
        self._again: deque[Job] = deque()
        self._most = get_settings().CONNECTIONS
        self._opening: Opening | None = None
        self._connections: list[SmtpConnection] = []
        #: What was built for the jobs that are not handed over yet: the message, and its bytes on the wire.
        self._built: dict[Job, tuple[Message, bytes]] = {}
        self._batches = Batches(sender)
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
        while not self._is_exhausted or self._again or self._busy():
            self._ask()
            self._deal_with(self._gather())
        return self._begun > begun

    def _busy(self) -> list[SmtpConnection]:
        return [connection for connection in self._connections if not connection.is_idle]

    # Asking

    def _ask(self) -> None:
        """Give every idle connection a message to ask for; where all are busy, open one more."""
        self._take_opened()
        for connection in self._connections:
            if connection.is_idle and not self._ask_for_next(connection):
                return
        if not self._opening and len(self._connections) < self._room() and (job := self._next_job()):
            # Whichever connection is free first takes it.
            self._again.appendleft(job)
            if self._connections:
                self._opening = Opening()
            else:
                self._open_first()

    def _room(self) -> int:
        """How many connections there may be: one until the server has taken something, and while it is being tried."""
        return 1 if self._sender.is_probing or not self._sender.report.submitted else self._most

    def _open_first(self) -> None:
        """Open a connection while there is none to look after."""
        try:
            self._connections.append(open_connection())
        except (WayBlocked, SenderRefused) as error:
            self._blame_no_recipient(self._again.popleft(), error)

    def _take_opened(self) -> None:
        found = self._opening.result() if self._opening else None
        if found is None:
            return
        self._opening = None
        if isinstance(found, SmtpConnection):
            self._connections.append(found)
        else:
            # The server wants no more connections than it has.
            self._most = max(1, len(self._connections))

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

    def _gather(self) -> list[tuple[SmtpConnection, Outcome]]:
        """Look; where most answers have come, wait a moment for the rest, as one bookkeeping does for all of them."""
        outcomes, end = self._look(), time.monotonic() + self._batches.took / 4
        while outcomes and self._most_are_in() and (left := end - time.monotonic()) > 0:
            outcomes += self._look(longest=left)
        return outcomes

    def _most_are_in(self) -> bool:
        waiting = sum(connection.is_waiting for connection in self._connections)
        return 0 < 2 * waiting <= len(self._connections)

    def _look(self, *, longest: float = NAP_SECONDS) -> list[tuple[SmtpConnection, Outcome]]:
        """Write and read what the sockets allow; wait for a moment if there is nothing to do."""
        outcomes: list[tuple[SmtpConnection, Outcome]] = []
        with Selector() as selector:
            for connection in self._connections:
                outcomes += [(connection, outcome) for outcome in connection.flush()]
                if connection.is_open:
                    writes = selectors.EVENT_WRITE if connection.wants_to_write else 0
                    selector.register(connection, selectors.EVENT_READ | writes)
            if not outcomes:
                for key, _events in selector.select(self._wait(longest)):
                    connection = key.fileobj  # type: ignore[assignment]
                    found = [*connection.flush(), *connection.receive()]
                    outcomes += [(connection, outcome) for outcome in found]
        for connection in self._connections:
            if connection.is_open and time.monotonic() > connection.deadline:
                # Opening the first connection, or the database, may have kept us from looking.
                outcomes += [(connection, outcome) for outcome in connection.time_out()]
        self._connections = [connection for connection in self._connections if connection.is_open]
        return outcomes

    def _wait(self, longest: float) -> float:
        now = time.monotonic()
        moments = [connection.deadline for connection in self._connections]
        if self._opening:
            moments.append(now + OPENING_NAP_SECONDS)
        elif self._pause_until > now or not self._busy():
            moments.append(self._pause_until)
        return max(0.0, min([longest, *(moment - now for moment in moments)]))

    # Dealing with what was seen

    def _deal_with(self, outcomes: Sequence[tuple[SmtpConnection, Outcome]]) -> None:
        """Settle what was accepted, sort what was not, stamp what is ready, and hand it over."""
        accepted = [outcome.job for _connection, outcome in outcomes if outcome.kind == Kind.ACCEPTED]
        others = [outcome for _c, outcome in outcomes if outcome.kind not in (Kind.ACCEPTED, Kind.READY)]
        ready = {
            outcome.job: connection
            for connection, outcome in outcomes
            if outcome.kind == Kind.READY and connection.asked is outcome.job
        }
        if not others and not self._sender.is_probing:
            stamped = self._batches.settle_and_stamp(accepted, self._may_go(ready))
        else:
            self._batches.settle(accepted)
            self._sort(others)
            stamped = self._batches.stamp(self._may_go(ready))
        for job in sorted(stamped, key=lambda job: job.is_paced):
            self._feed.space_out(job)
            self._batches.begin(job)
            ready[job].hand_over(self._built.pop(job)[1])
        # Only now is there time to ask the database for more: it may be away, and a stamp is to be followed by its message.
        for job, connection in ready.items():
            if job in stamped:
                self._ask_ahead(connection, job)
            else:
                connection.abandon()
                self._not_stamped(job)
        self._connections = [one for one in self._connections if one.is_open or one.has_news]

    def _may_go(self, ready: Iterable[Job]) -> list[Job]:
        """Return the messages that may still be begun: none once the worker was told to stop."""
        return [] if self._feed.is_over() else list(ready)

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

    # Winding up

    def _wind_up(self) -> None:
        """Wait for the answers on their way, give back what was not begun, and say goodbye."""
        asked = [connection.asked for connection in self._connections if connection.asked is not None]
        try:
            for connection in self._connections:
                if connection.asked is not None:
                    connection.abandon()
            self._await_answers()
        finally:
            for connection in self._connections:
                connection.close()
            if self._opening:
                self._opening.give_up()
            self._give_back([*asked, *self._again, *self._batches.take_back()])

    def _give_back(self, jobs: Iterable[Job]) -> None:
        for job in dict.fromkeys(jobs):
            job.give_back()
        self._jobs.close()

    def _await_answers(self) -> None:
        self._pause_until = 0.0
        while any(one.handed is not None or one.has_news for one in self._connections):
            outcomes = [outcome for _connection, outcome in self._look() if outcome.job is not None]
            self._batches.settle([outcome.job for outcome in outcomes if outcome.kind == Kind.ACCEPTED])
            try:
                self._sort([outcome for outcome in outcomes if outcome.kind == Kind.NOT_ACCEPTED])
            except LaneClosed:
                continue
