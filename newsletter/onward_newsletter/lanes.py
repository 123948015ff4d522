"""Rate and rest, shared by all workers through the database."""

import time
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from .clock import database_now, later
from .models import Lane, Newsletter


#: The mail server, for everything that leaves.
RELAY = "relay"

#: The longest rest: a server that comes back is used again within this time.
MAX_REST_SECONDS = 30


def name_for(newsletter: Newsletter) -> str:
    """Return the name of a newsletter's own lane."""
    return f"newsletter:{newsletter.pk}"


def name_for_leaving(newsletter: Newsletter) -> str:
    """Return the name of the lane that spaces out what leaves, see ``Feed.space_out``."""
    return f"{name_for(newsletter)}:out"


@dataclass(frozen=True)
class Share:
    """Messages that one worker may send of a day's limit."""

    name: str
    number: int
    #: The day (UTC) it was reserved for, and when that is over, as a moment of ``time.monotonic``.
    day: date
    ends_at: float

    def give_back(self, number: int = 1) -> None:
        """Let others have what was not used; once the day is over there is nothing to give back."""
        if number > 0:
            rows = Lane.objects.filter(name=self.name, day=self.day, day_count__gte=number)
            rows.update(day_count=F("day_count") - number)


def take_share(name: str, rate_per_day: int, wanted: int) -> Share:
    """Reserve up to ``wanted`` messages of a lane's limit for today, by the database's clock and in UTC.

    All workers reserve from the same locked row, so together they never exceed the limit. What a worker reserved and
    did not give back, because it died, is lost for the day.
    """
    with transaction.atomic():
        lane = _locked(name)
        now = database_now().astimezone(UTC)
        today = now.date()
        used = lane.day_count if lane.day == today else 0
        number = max(0, min(wanted, rate_per_day - used))
        Lane.objects.filter(pk=lane.pk).update(day=today, day_count=used + number)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Share(name, number, today, time.monotonic() + (midnight - now).total_seconds())


def is_used_up(newsletter: Newsletter) -> bool:
    """Return whether a newsletter's limit for today is used up, so that the rest goes tomorrow."""
    limit = newsletter.rate_per_day
    today = database_now().astimezone(UTC).date()
    return (
        bool(limit)
        and Lane.objects.filter(name=name_for(newsletter), day=today, day_count__gte=limit).exists()
    )


def take_turn(name: str, rate_per_second: float, *, latest: float = float("inf")) -> float | None:
    """Reserve the next free moment of a lane with a rate; return it as one of ``time.monotonic``.

    Return None, and reserve nothing, where that moment comes after ``latest``. All workers reserve from the same row,
    evenly spaced, so together they never exceed the rate. A moment that is reserved and not used is lost. Without the
    database there is no moment, and so no mail: the limit fails closed.
    """
    with transaction.atomic():
        _need_no_disk()
        lane = _locked(name)
        now = database_now()
        turn = max(lane.free_at or now, now)
        moment = time.monotonic() + (turn - now).total_seconds()
        if moment > latest:
            return None
        Lane.objects.filter(pk=lane.pk).update(free_at=turn + timedelta(seconds=1 / rate_per_second))
    return moment


def _need_no_disk() -> None:
    """Let a transaction end without waiting for the disk: a crash may forget a turn, and waiting would miss it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO OFF")


def _locked(name: str) -> Lane:
    Lane.objects.bulk_create([Lane(name=name)], ignore_conflicts=True)
    return Lane.objects.select_for_update().get(name=name)


def is_resting(name: str = RELAY) -> bool:
    """Return whether nobody is to try the lane yet."""
    return Lane.objects.filter(name=name, rests_until__gt=Now()).exists()


def had_setbacks(name: str = RELAY) -> bool:
    """Return whether the last thing that happened in the lane was a failure."""
    return Lane.objects.filter(name=name, setbacks__gt=0).exists()


def take_probe(name: str = RELAY) -> bool:
    """Find out whether the lane is open again: of all workers one gets True, and the rest go on resting."""
    lane = Lane.objects.get(name=name)
    rested = Lane.objects.filter(Q(rests_until=None) | Q(rests_until__lte=Now()), pk=lane.pk)
    return rested.update(rests_until=later(seconds=_rest_after(lane.setbacks))) == 1


def rest(reason: str, name: str = RELAY) -> None:
    """Close a lane for a while that grows with each setback: 1, 2, 4 … 30 seconds."""
    with transaction.atomic():
        lane = _locked(name)
        Lane.objects.filter(pk=lane.pk).update(
            setbacks=F("setbacks") + 1,
            rests_until=later(seconds=_rest_after(lane.setbacks)),
            reason=reason[:255],
        )


def reopen(name: str = RELAY) -> None:
    """Forget a lane's setbacks, because a message went through."""
    Lane.objects.filter(name=name, setbacks__gt=0).update(setbacks=0, rests_until=None, reason="")


def _rest_after(setbacks: int) -> int:
    return int(min(2 ** min(setbacks, 10), MAX_REST_SECONDS))
