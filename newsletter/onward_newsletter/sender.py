"""Keep the books of one worker: settle each row by what became of it, and sort what can go wrong at each step."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from django.db import DatabaseError

from . import claims, lanes
from .actions.issues import ask_for_pause
from .addresses import half_hidden
from .models import Delivery, SendingState
from .signals import delivery_failed
from .transports.base import (
    LoginRefused,
    NothingBegun,
    RecipientDeferred,
    RecipientRefused,
    ReplyLost,
    SenderRefused,
    Transport,
    TransportError,
    WayBlocked,
)
from .trouble import Watch, pause_if_doubtful
from .work import Work, why_not


logger = logging.getLogger(__name__)

#: What looks like an address in a server's answer.
ADDRESS = re.compile(r"[^\s<>()\"':;,]+@[^\s<>()\"':;,]+")


@dataclass
class PumpReport:
    """What one call of ``pump`` did, in rows, and what it left behind."""

    submitted: int = 0
    deferred: int = 0
    failed: int = 0
    skipped: int = 0
    in_doubt: int = 0
    #: Rows that could go now and were not reached; 0 while the mail server is away, as nothing can go then.
    left: int = 0


class LaneClosed(Exception):
    """Nothing can leave for now: the mail server is away."""


class Bookkeeper:
    """One worker's pen: every outcome goes through here into the ledger, and into the report of what was done."""

    def __init__(self) -> None:
        self.report = PumpReport()
        #: Whether the lane had setbacks when it was entered: then the first success reopens it for all.
        self.is_probing = False
        self._watch = Watch()
        self._is_closed = False

    def skip(self, row: Any, reason: str) -> None:
        """Leave a row out on purpose."""
        self.report.skipped += claims.settle_skipped(row, reason)

    def not_begun(self, work: Work, row: Any, error: Exception) -> bool:
        """Settle a row for which nothing was handed over; return whether the rest of its issue may follow.

        Raises LaneClosed when no recipient is to blame.
        """
        if isinstance(error, WayBlocked):
            self.rest(error)
        if isinstance(error, SenderRefused):
            return self._sender_refused(work, row, error)
        return self._refused(work, row, error, is_final=not isinstance(error, RecipientDeferred))

    def _sender_refused(self, work: Work, row: Any, error: SenderRefused) -> bool:
        """Blame no recipient: an issue waits for its author, a mail of the outbox for a while, and others may follow."""
        if work.issue:
            ask_for_pause(work.issue, reason=f"The mail server refused the sender: {error}")
            return False
        if isinstance(error, LoginRefused):
            self.rest(error)
        claims.put_off(row, _reason(error))
        return True

    def not_stamped(self, row: Any) -> bool:
        """Find out why the stamp was refused: because of this recipient, or of the whole issue."""
        if reason := why_not(row):
            self.skip(row, reason)
        return bool(reason)

    def note_submitted(self, work: Work) -> None:
        """Count a row that was settled as accepted."""
        self.report.submitted += 1
        if self.is_probing:
            lanes.reopen()
            self.is_probing = False
        if work.issue:
            self._watch.note_success(work.issue)

    def not_submitted(self, work: Work, row: Any, error: Exception) -> bool:
        """Settle a row whose attempt had begun; return and raise like ``not_begun``."""
        if isinstance(error, (NothingBegun, SenderRefused)):
            return self.take_back(work, [row], error)
        if isinstance(error, WayBlocked):
            self._refused(work, row, error, is_final=False)
            self.rest(error)
        if isinstance(error, (RecipientDeferred, RecipientRefused)):
            return self._refused(work, row, error, is_final=isinstance(error, RecipientRefused))
        self._in_doubt(work, [row], error)
        return self._may_go_on(work, error)

    def take_back(self, work: Work, rows: Sequence[Any], error: NothingBegun | SenderRefused) -> bool:
        """Unstamp rows that were refused unseen, so that others may send them; return and raise like ``not_begun``."""
        claims.take_back_stamps(rows)
        return self.not_begun(work, rows[0], error)

    def all_in_doubt(self, work: Work, rows: Sequence[Any], error: Exception) -> NoReturn:
        """Settle rows whose one answer was lost. The lane rests, and then one message alone finds out how things are."""
        self._in_doubt(work, rows, error)
        self.rest(error if isinstance(error, TransportError) else TransportError(_reason(error)))

    def _in_doubt(self, work: Work, rows: Sequence[Any], error: Exception) -> None:
        if not isinstance(error, ReplyLost):
            pks = [row.pk for row in rows]
            logger.error("onward_newsletter.unforeseen", exc_info=error, extra={"rows": pks})
        self.report.in_doubt += claims.settle_in_doubt(rows, _reason(error))
        if work.issue:
            pause_if_doubtful(work.issue)

    def _refused(self, work: Work, row: Any, error: Exception, *, is_final: bool) -> bool:
        state = claims.settle_refused(row, _reason(error), is_final=is_final)
        if state == SendingState.DEFERRED:
            self.report.deferred += 1
        else:
            self.report.failed += 1
            _announce_failure(row)
        return self._may_go_on(work, error)

    def _may_go_on(self, work: Work, error: Exception) -> bool:
        return work.issue is None or not self._watch.note_failure(work.issue, _reason(error))

    def rest(self, error: TransportError) -> NoReturn:
        """Close the lane for all workers, for a while; many connections that break at once are one setback."""
        if not self._is_closed:
            reason = _reason(error)
            logger.warning("onward_newsletter.lane_rests", extra={"reason": reason})
            lanes.rest(reason)
            self._is_closed = True
        raise LaneClosed


class Sender(Bookkeeper):
    """Sends one row after the other over a transport that blocks."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport

    def send(self, work: Work, row: Any) -> bool:
        """Begin, stamp, submit, settle; return whether the rest of the issue may follow. Raises LaneClosed."""
        try:
            if reason := work.reason_to_skip(row):
                self.skip(row, reason)
                return True
            self._transport.begin(work.message_for(row))
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 (a poisonous recipient, whatever it raises, stops nobody else)
            return self.not_begun(work, row, error)
        if not claims.stamp_all([row], work.fences([row])):
            self._transport.forget()
            return self.not_stamped(row)
        try:
            self._transport.submit()
        except Exception as error:  # noqa: BLE001 (what nobody foresaw is in doubt, and the next one is tried)
            if not isinstance(error, TransportError):
                self._transport.close()
            return self.not_submitted(work, row, error)
        claims.settle_all_submitted([row])
        self.note_submitted(work)
        return True


def _announce_failure(row: Any) -> None:
    if isinstance(row, Delivery):
        delivery_failed.send_robust(sender=Delivery, delivery=row)


def _reason(error: Exception) -> str:
    """Return what is kept of an error: without addresses, which a server's answer often repeats."""
    said = str(error) if isinstance(error, TransportError) else f"{type(error).__name__}: {error}"
    return ADDRESS.sub(lambda found: half_hidden(found[0]), said)
