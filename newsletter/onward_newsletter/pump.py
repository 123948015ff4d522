"""Send what is due: one function, called by Celery's task and by ``run_outbox``.

Any number of pumps may run at the same time, on any number of machines: they share nothing but rows.
"""

import time
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db.models.functions import Now

from . import claims, housekeeping, lanes
from .conf import get_settings
from .models import Delivery, Issue, Outbox
from .sender import LaneClosed, PumpReport, Sender
from .transports.base import Transport
from .transports.django_mail import DjangoTransport
from .transports.smtp import SmtpTransport
from .work import IssueWork, OutboxWork, Work


__all__ = ["ISSUES", "OUTBOX", "PumpReport", "new_transport", "pump"]

OUTBOX, ISSUES = "outbox", "issues"

DJANGO_SMTP = "django.core.mail.backends.smtp.EmailBackend"

#: While an issue is being sent, the outbox is looked after this often: a confirmation does not wait for a newsletter.
OUTBOX_EVERY_SECONDS = 1.0

#: While a worker waits for its turn in a lane with a rate, it looks this often whether it is to stop.
NAP_SECONDS = 0.2


def pump(
    *,
    limit_seconds: float = 25,
    lanes: Sequence[str] = (OUTBOX, ISSUES),
    should_stop: Callable[[], bool] = lambda: False,
) -> PumpReport:
    """Send what is due, the outbox first, until nothing is left or the time is over; return what was done.

    ``lanes`` chooses what to look after. ``should_stop`` is asked before each message; one in flight is finished.
    The limit, in seconds, is looked at between messages too: a server that does not answer can exceed it by the mail
    timeout. Raises what the database raises; whatever was under way then is found again by the next call.
    """
    return _Pump(time.monotonic() + limit_seconds, lanes, should_stop).run()


def new_transport() -> Transport:
    """Return the way out that the settings choose."""
    chosen = get_settings().TRANSPORT
    if chosen == "smtp" or (chosen == "auto" and settings.EMAIL_BACKEND == DJANGO_SMTP):
        return SmtpTransport()
    return DjangoTransport()


class _Pump:
    """One call of ``pump``."""

    def __init__(self, deadline: float, lanes: Sequence[str], should_stop: Callable[[], bool]) -> None:
        self._deadline, self._lanes, self._should_stop = deadline, lanes, should_stop
        self._sender = Sender(new_transport())
        self._works: dict[int, IssueWork] = {}
        self._outbox_at = float("-inf")

    def run(self) -> PumpReport:
        housekeeping.recover_abandoned()
        housekeeping.purge_outbox()
        try:
            self._go_round()
            self._sender.report.left = self._count_left()
        except LaneClosed:
            self._sender.report.left = 0
        finally:
            self._sender.transport.close()
        housekeeping.finish_issues()
        return self._sender.report

    def _is_over(self) -> bool:
        return time.monotonic() >= self._deadline or self._should_stop()

    def _go_round(self) -> None:
        """Outbox, a chunk of each issue, outbox, … until a whole round found nothing."""
        found = True
        while found and not self._is_over():
            found = OUTBOX in self._lanes and self._serve_outbox()
            if ISSUES in self._lanes:
                housekeeping.start_due_issues()
                housekeeping.prepare_waiting_issues()
                for work in self._issues_under_way():
                    found = self._serve(work) or found

    def _issues_under_way(self) -> Sequence[IssueWork]:
        pks = Issue.objects.filter(state=Issue.State.SENDING).order_by("pk").values_list("pk", flat=True)
        return [self._work_for(pk) for pk in pks]

    def _work_for(self, pk: int) -> IssueWork:
        """Return the issue's work; its content is frozen, so it is read and encoded once."""
        if pk not in self._works:
            self._works[pk] = IssueWork(Issue.objects.select_related("newsletter").get(pk=pk))
        return self._works[pk]

    def _serve_outbox(self) -> bool:
        self._outbox_at = time.monotonic()
        return self._serve(OutboxWork())

    def _serve(self, work: Work) -> bool:
        """Claim a chunk and send it; return whether there was anything. Raises LaneClosed."""
        if self._is_over():
            return False
        if lanes.is_resting():
            raise LaneClosed
        token = claims.new_claim_token()
        pks = claims.claim(work.queue(), token)
        if not pks:
            return False
        try:
            self._enter_lane()
            self._send_chunk(work, work.load(pks, token))
        finally:
            claims.give_back(work.queue(), token)
        return True

    def _enter_lane(self) -> None:
        self._sender.is_probing = lanes.had_setbacks()
        if self._sender.is_probing and not lanes.take_probe():
            raise LaneClosed

    def _send_chunk(self, work: Work, rows: Sequence[object]) -> None:
        """Send rows until one says that the others must wait, or half of the lease is over."""
        half_of_lease = time.monotonic() + get_settings().LEASE_SECONDS / 2
        for row in rows:
            if self._is_over() or time.monotonic() > half_of_lease:
                return
            if not self._has_turn(work) or not self._sender.send(work, row):
                return
            self._look_after_outbox(work)

    def _has_turn(self, work: Work) -> bool:
        """Wait for the turn in a newsletter with a rate; False when it would come too late."""
        newsletter = work.issue.newsletter if work.issue else None
        if newsletter is None or not newsletter.rate_per_second:
            return True
        wait = lanes.take_turn(f"newsletter:{newsletter.pk}", newsletter.rate_per_second)
        turn = time.monotonic() + wait
        if turn > self._deadline:
            # Taking further turns only to let them pass would slow down everybody else.
            self._deadline = 0.0
            return False
        while (nap := min(turn - time.monotonic(), NAP_SECONDS)) > 0:
            if self._is_over():
                return False
            time.sleep(nap)
        return True

    def _look_after_outbox(self, work: Work) -> None:
        if work.issue and OUTBOX in self._lanes and time.monotonic() - self._outbox_at > OUTBOX_EVERY_SECONDS:
            while self._serve_outbox():
                pass

    def _count_left(self) -> int:
        """Count rows that are due, and issues that wait to be prepared, in the lanes this pump looks after."""
        left = 0
        if OUTBOX in self._lanes:
            left += Outbox.objects.due(Now()).count()
        if ISSUES in self._lanes:
            left += Delivery.objects.due(Now()).filter(issue__state=Issue.State.SENDING).count()
            left += Issue.objects.filter(state=Issue.State.PREPARING).count()
        return left
