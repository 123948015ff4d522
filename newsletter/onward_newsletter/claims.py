"""How a row of the ledger moves: each move is one conditional UPDATE, and who loses the race changes nothing.

The order of moves is that of reliability.md, 1.1: a row is claimed with a token and a lease, stamped ``sending`` before
anything is handed over, and settled afterwards. A worker may die between any two of them.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from .clock import database_now, later
from .conf import get_settings
from .models import Sending, SendingState


#: Rows that a worker takes at a time for each connection: few, so that a worker that dies delays few.
ROWS_PER_CONNECTION = 3

#: At least so many, however few connections there are.
CHUNK = 25

#: Tries before a temporary refusal becomes a final one (reliability N6).
MAX_TRIES = 6

#: How long a mail waits whose sender was refused.
PUT_OFF_SECONDS = 300

#: How long an outcome is offered to a database that does not take it (Ghost: 30 minutes; a lease is shorter).
INSIST_SECONDS = 30.0

S = SendingState

Args = ParamSpec("Args")
Result = TypeVar("Result")


def new_claim_token() -> str:
    """Return 32 hexadecimal characters that name one worker's hold on some rows."""
    return secrets.token_hex(16)


def chunk_size() -> int:
    """Return how many rows a worker takes at a time."""
    return max(CHUNK, ROWS_PER_CONNECTION * get_settings().CONNECTIONS)


def claim(queue: QuerySet[Any], token: str, limit: int | None = None) -> list[int]:
    """Take up to ``limit`` due rows for the lease's length; return their primary keys."""
    limit = chunk_size() if limit is None else limit
    with transaction.atomic():
        pks = _due_pks(queue, limit)
        # The condition stands here again because SKIP LOCKED does not exist on SQLite, and says nothing there.
        taken = by_key(queue.model, pks).due(Now())  # type: ignore[attr-defined]
        taken.update(state=S.CLAIMED, claim_token=token, lease_until=_lease_end())
    return pks


def by_key(model: type[Sending], pks: Sequence[int]) -> QuerySet[Any]:
    """Return rows whose keys are known, and nothing else said of them.

    Told the issue as well, PostgreSQL may walk all of its rows: it has no statistics of those that were just made.
    """
    return model._default_manager.filter(pk__in=pks)


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


def stamp_all(rows: Sequence[Sending], fences: Iterable[Any]) -> set[int]:
    """Stamp rows of one issue, or of the outbox, in one statement; return the primary keys of those that were.

    To be done durably and before the message is handed over. ``fences`` are conditions that must hold at this moment,
    for each row by itself. They look at other tables by subquery, never by join: PostgreSQL checks a row's own columns
    again when it had to wait for another writer, but not those of a join.
    """
    return stamped_of(rows, write_stamps(rows, fences)) if rows else set()


def write_stamps(rows: Sequence[Sending], fences: Iterable[Any]) -> int:
    """Run the statement of ``stamp_all``; return how many rows it stamped."""
    changes = {"attempted_at": Now(), "attempts": F("attempts") + 1, "lease_until": _lease_end()}
    if named := [When(pk=row.pk, then=Value(row.message_id)) for row in rows if row.has_new_message_id]:
        changes["message_id"] = Case(*named, default=F("message_id"), output_field=CharField())
    fenced = _held(rows).filter(Q(lease_until__gt=Now()), *fences, state=S.CLAIMED)
    return fenced.update(state=S.SENDING, **changes)


def stamped_of(rows: Sequence[Sending], number: int) -> set[int]:
    """Return the primary keys of the rows that were stamped, knowing how many were."""
    if number == len(rows):
        return {row.pk for row in rows}
    return set(_held(rows).filter(state=S.SENDING).values_list("pk", flat=True))


def _held(rows: Sequence[Sending]) -> QuerySet[Any]:
    """Return the rows as far as this worker still holds them."""
    tokens = {row.claim_token for row in rows}
    return type(rows[0]).objects.filter(pk__in=[row.pk for row in rows], claim_token__in=tokens)


def until_it_lands(write: Callable[Args, Result]) -> Callable[Args, Result]:
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


def try_to_settle_submitted(rows: Sequence[Sending]) -> int:
    """Record for rows of one table that they were accepted, even if they were given up as in doubt."""
    held = _held(rows).filter(state__in=_SOURCES[S.SUBMITTED])
    return held.update(state=S.SUBMITTED, submitted_at=Now(), reason="")


#: The same, outside a transaction, and until it lands.
settle_all_submitted = until_it_lands(try_to_settle_submitted)


@until_it_lands
def take_back_stamps(rows: Sequence[Sending]) -> int:
    """Let others try rows whose stamp may have been committed and whose message has certainly not begun."""
    back = {"state": S.PENDING, "claim_token": "", "lease_until": None, "attempts": F("attempts") - 1}
    return _held(rows).filter(state=S.SENDING).update(**back)


@until_it_lands
def hold_again(rows: Sequence[Sending]) -> int:
    """Take stamps back as ``take_back_stamps`` does, and keep the rows, to try them by themselves."""
    back = {"state": S.CLAIMED, "lease_until": _lease_end(), "attempts": F("attempts") - 1}
    return _held(rows).filter(state=S.SENDING).update(**back)


@until_it_lands
def settle_in_doubt(rows: Sequence[Sending], reason: str) -> int:
    """Record that the answer to these rows' attempts was lost."""
    held = _held(rows).filter(state__in=_SOURCES[S.IN_DOUBT])
    return held.update(state=S.IN_DOUBT, reason=reason[:255])


def settle_skipped(row: Sending, reason: str) -> bool:
    """Record that the row is left out on purpose."""
    return _move(row, S.SKIPPED, reason=reason, claim_token="")


@until_it_lands
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


def give_back(rows: QuerySet[Any], token: str) -> int:
    """Let others have those of the rows that were claimed and not tried."""
    return rows.filter(state=S.CLAIMED, claim_token=token).update(
        state=S.PENDING, claim_token="", lease_until=None
    )


def put_off(row: Sending, reason: str) -> None:
    """Try a row later, which nothing was handed over for and nobody counts a try of: its sender was refused."""
    back = {"state": S.PENDING, "claim_token": "", "lease_until": None}
    rows = type(row).objects.filter(pk=row.pk, claim_token__in=("", row.claim_token))
    rows.filter(state__in=(S.PENDING, S.CLAIMED)).update(
        **back, next_at=later(seconds=PUT_OFF_SECONDS), reason=reason[:255]
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
