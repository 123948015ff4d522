"""How a row of the ledger moves: each move is one conditional UPDATE, and who loses the race changes nothing.

The order of moves is that of reliability.md, 1.1: a row is claimed with a token and a lease, stamped ``sending`` before
anything is handed over, and settled afterwards. A worker may die between any two of them.
"""

import secrets
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from .clock import database_now, later
from .conf import get_settings
from .models import Sending, SendingState


#: Rows that a worker takes at a time: few, so that a worker that dies delays few.
CHUNK = 25

#: Tries before a temporary refusal becomes a final one (reliability N6).
MAX_TRIES = 6

#: How long an outcome is offered to a database that does not take it (Ghost: 30 minutes; a lease is shorter).
INSIST_SECONDS = 30.0

S = SendingState

Args = ParamSpec("Args")
Result = TypeVar("Result")


def new_claim_token() -> str:
    """Return 32 hexadecimal characters that name one worker's hold on some rows."""
    return secrets.token_hex(16)


def claim(queue: QuerySet[Any], token: str, limit: int = CHUNK) -> list[int]:
    """Take up to ``limit`` due rows for the lease's length; return their primary keys."""
    with transaction.atomic():
        pks = _due_pks(queue, limit)
        # The condition stands here again because SKIP LOCKED does not exist on SQLite, and says nothing there.
        taken = queue.due(Now()).filter(pk__in=pks)  # type: ignore[attr-defined]
        taken.update(state=S.CLAIMED, claim_token=token, lease_until=_lease_end())
    return pks


def _due_pks(queue: QuerySet[Any], limit: int) -> list[int]:
    """Return due rows: first tries before retries, and then what a dead worker left.

    Three narrow queries instead of one wide one, so that each walks an index in order.
    """
    pks: list[int] = []
    for condition in (
        Q(state=S.PENDING, next_at__lte=Now()),
        Q(state=S.DEFERRED, next_at__lte=Now()),
        Q(state=S.CLAIMED, lease_until__lt=Now()),
    ):
        if len(pks) < limit:
            rows = _skip_locked(queue.filter(condition)).order_by("next_at", "pk")
            pks += rows.values_list("pk", flat=True)[: limit - len(pks)]
    return pks


def _skip_locked(rows: QuerySet[Any]) -> QuerySet[Any]:
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def _lease_end() -> Any:
    return later(seconds=get_settings().LEASE_SECONDS)


def stamp(row: Sending, fences: Iterable[Any]) -> bool:
    """Note, durably and before DATA, that the attempt begins; return False when it must not.

    ``fences`` are conditions that must hold at this moment. They look at other tables by subquery, never by join:
    PostgreSQL checks a row's own columns again when it had to wait for another writer, but not those of a join.
    """
    return _move(
        row,
        S.SENDING,
        Q(lease_until__gt=Now()),
        *fences,
        attempted_at=Now(),
        attempts=F("attempts") + 1,
        lease_until=_lease_end(),
        message_id=row.message_id,
    )


def _until_it_lands(write: Callable[Args, Result]) -> Callable[Args, Result]:
    """Offer an outcome to a database that is restarting again and again: it is known here and nowhere else."""

    @wraps(write)
    def insist(*args: Args.args, **kwargs: Args.kwargs) -> Result:
        deadline = time.monotonic() + INSIST_SECONDS
        while True:
            try:
                return write(*args, **kwargs)
            except (OperationalError, InterfaceError):
                if time.monotonic() > deadline:
                    raise
                connection.close()
                time.sleep(0.5)

    return insist


@_until_it_lands
def settle_submitted(row: Sending) -> bool:
    """Record that the server or provider accepted the message, even if the row was given up as in doubt."""
    return _move(row, S.SUBMITTED, submitted_at=Now(), reason="")


@_until_it_lands
def settle_in_doubt(row: Sending, reason: str) -> bool:
    """Record that the attempt's answer was lost."""
    return _move(row, S.IN_DOUBT, reason=reason[:255])


def settle_skipped(row: Sending, reason: str) -> bool:
    """Record that the row is left out on purpose."""
    return _move(row, S.SKIPPED, reason=reason, claim_token="")


@_until_it_lands
def settle_refused(row: Sending, reason: str, *, is_final: bool) -> SendingState:
    """Record a refusal whose reply was seen; return FAILED, or DEFERRED when it will be tried again.

    A refusal before the stamp counts as a try like one after it.
    """
    tries = row.attempts + 1
    counted: dict[str, Any] = {
        "attempts": tries,
        "attempted_at": Now(),
        "reason": reason[:255],
        "claim_token": "",
    }
    if is_final or tries >= MAX_TRIES:
        _move(row, S.FAILED, **counted)
        return S.FAILED
    _move(row, S.DEFERRED, next_at=database_now() + _delay_after(tries), **counted)
    return S.DEFERRED


def _delay_after(tries: int) -> timedelta:
    delays = get_settings().RETRY_SECONDS
    return timedelta(seconds=delays[min(tries, len(delays)) - 1])


def give_back(queue: QuerySet[Any], token: str) -> int:
    """Let others have the rows that were claimed and not tried."""
    return queue.filter(state=S.CLAIMED, claim_token=token).update(
        state=S.PENDING, claim_token="", lease_until=None
    )


#: From where each settled state may come; the table of allowed moves says the same for one step.
_SOURCES: dict[SendingState, tuple[SendingState, ...]] = {
    S.SENDING: (S.CLAIMED,),
    # A worker that was stopped, declared dead and woken again knows better than the doubt.
    S.SUBMITTED: (S.SENDING, S.IN_DOUBT),
    S.IN_DOUBT: (S.SENDING,),
    S.SKIPPED: (S.CLAIMED,),
    S.FAILED: (S.CLAIMED, S.SENDING),
    S.DEFERRED: (S.CLAIMED, S.SENDING),
}


def _move(row: Sending, to: SendingState, *conditions: Any, **changes: Any) -> bool:
    rows = type(row).objects.filter(
        *conditions, pk=row.pk, claim_token=row.claim_token, state__in=_SOURCES[to]
    )
    return rows.update(state=to, **changes) == 1
