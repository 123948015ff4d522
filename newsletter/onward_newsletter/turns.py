"""Ways out that block: one message after the other, or many in one call where a provider fills their slots.

A call has one answer for all its recipients. So its rows are stamped together, by one statement that asks for each of
them whether it may still leave, and what a killed worker or a lost answer leaves in doubt are the recipients of that
call and nobody else. Whatever cannot share a call goes alone, and by the same gates.
"""

import contextlib
import time
from collections.abc import Iterable, Sequence

from django.db import DatabaseError

from . import claims
from .batches import Batches
from .conf import get_settings
from .feed import Feed, Job, Pause
from .messages import Message, MessageTemplate
from .sender import Sender
from .transports.base import BatchRefused, NothingBegun, ReplyLost, SenderRefused
from .transports.django_mail import DjangoTransport
from .transports.providers import MOST_RECIPIENTS, Answers, Provider
from .work import Work


#: While a worker waits for its turn in a lane with a rate, it looks this often whether it is to stop.
NAP_SECONDS = 0.2

NOT_MENTIONED = ReplyLost("The provider's answer says nothing of this recipient.")

#: What can leave in one call, by address.
Group = dict[str, tuple[Job, Message]]


class Turns:
    """Sends what a feed passes on."""

    def __init__(self, sender: Sender, feed: Feed, transport: DjangoTransport) -> None:
        self._sender, self._feed, self._transport = sender, feed, transport
        self._batches = Batches(sender)
        self._most = min(get_settings().MESSAGES_PER_CALL, MOST_RECIPIENTS)
        self._provider: Provider | None = None
        self._is_shareable: dict[MessageTemplate, bool] = {}
        #: What waits for others of the same issue, by the lines that its recipients do not get.
        self._work: Work | None = None
        self._groups: dict[frozenset[str], Group] = {}
        #: What was passed on and not settled yet.
        self._open: set[Job] = set()

    def run(self) -> None:
        """Send until the feed ends; raises LaneClosed when the way out is closed."""
        if self._most > 1:
            self._provider = self._transport.provider()
        with contextlib.closing(iter(self._feed)) as passed_on:
            try:
                for found in passed_on:
                    self._take(found)
                self._send_groups()
            finally:
                for job in {*self._batches.take_back(), *self._open}:
                    job.give_back()

    def _take(self, found: Job | Pause) -> None:
        if isinstance(found, Pause):
            self._send_groups()
            time.sleep(max(0.0, min(found.until - time.monotonic(), NAP_SECONDS)))
            return
        self._open.add(found)
        message = self._message_to_share(found)
        if message is None or not self._let_wait(found, message):
            self._send_alone(found)

    # Gathering

    def _message_to_share(self, job: Job) -> Message | None:
        """Return the message if it may leave in one call with others.

        Not where a rate is set, as all of them would leave at the same moment, nor while nobody knows whether the
        provider is there.
        """
        if self._provider is None or job.work.issue is None or job.is_paced or self._sender.is_probing:
            return None
        try:
            message = None if job.work.reason_to_skip(job.row) else job.work.message_for(job.row)
        except DatabaseError:
            raise
        except Exception:  # noqa: BLE001 (what is wrong with it is found and settled when it goes alone)
            return None
        return message if message and self._can_fill(self._provider, message) else None

    def _can_fill(self, provider: Provider, message: Message) -> bool:
        template = message.template
        if template not in self._is_shareable:
            self._is_shareable[template] = provider.takes(template.shared_text())
        return self._is_shareable[template] and provider.fills(message)

    def _let_wait(self, job: Job, message: Message) -> bool:
        """Put a message to those it can share a call with, and send them when they are enough."""
        if job.work is not self._work:
            self._send_groups()
            self._work = job.work
        kind = message.template.left_out(message.values)
        group = self._groups.setdefault(kind, {})
        if message.recipient in group:
            return False
        group[message.recipient] = job, message
        if len(group) >= self._most:
            self._send(self._groups.pop(kind))
        return True

    # Sending

    def _send_groups(self) -> None:
        while self._groups:
            _kind, group = self._groups.popitem()
            self._send(group)

    def _send_alone(self, job: Job) -> bool:
        """Send one message by itself; return whether the rest of its issue may follow."""
        may_go_on = False
        try:
            may_go_on = self._sender.send(job.work, job.row)
        finally:
            if not may_go_on:
                job.give_back()
                self._feed.hold(job.work)
            self._open.discard(job)
        return may_go_on

    def _send(self, group: Group) -> None:
        jobs = {address: job for address, (job, _message) in group.items()}
        if self._feed.is_over():
            return
        if len(group) == 1 or not self._begin([message for _job, message in group.values()]):
            self._send_each_alone(jobs.values())
            return
        stamped = self._batches.stamp(list(jobs.values()))
        going = {address: job for address, job in jobs.items() if job in stamped}
        if going:
            self._submit(going)
        self._not_stamped([job for job in jobs.values() if job not in stamped])

    def _send_each_alone(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if self._feed.is_over() or not self._send_alone(job):
                return

    def _begin(self, messages: Sequence[Message]) -> bool:
        """Build the call; whatever that raises is found out again by the message that is to blame."""
        if self._provider is None:
            return False
        try:
            self._transport.begin_together(self._provider, messages)
        except Exception:  # noqa: BLE001 (as above)
            return False
        return True

    def _submit(self, going: dict[str, Job]) -> None:
        """Hand over the call and settle its rows; where one message may be to blame, try each by itself."""
        rows = [job.row for job in going.values()]
        work = next(iter(going.values())).work
        try:
            answers = self._transport.submit_together(list(going))
        except (NothingBegun, SenderRefused) as error:
            for job in going.values():
                if job.share:
                    job.share.give_back()
            if not self._sender.take_back(work, rows, error):
                self._feed.hold(work)
        except BatchRefused:
            claims.hold_again(rows)
            self._send_each_alone(going.values())
            return
        except Exception as error:  # noqa: BLE001 (what nobody foresaw is in doubt)
            self._sender.all_in_doubt(work, rows, error)
        else:
            self._settle(work, going, answers)
        self._open.difference_update(going.values())

    def _settle(self, work: Work, going: dict[str, Job], answers: Answers) -> None:
        said = {job: answers.get(address, NOT_MENTIONED) for address, job in going.items()}
        self._batches.settle([job for job, error in said.items() if error is None])
        for job, error in said.items():
            if error and not self._sender.not_submitted(work, job.row, error):
                self._feed.hold(work)

    def _not_stamped(self, jobs: Sequence[Job]) -> None:
        """Find out why stamps were refused; what is wrong with the issue is asked only once."""
        is_held = False
        for job in jobs:
            is_held = is_held or not self._sender.not_stamped(job.row)
            if is_held:
                job.give_back()
                self._feed.hold(job.work)
            self._open.discard(job)
