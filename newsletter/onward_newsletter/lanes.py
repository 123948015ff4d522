"""Rate and rest, shared by all workers through the database."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from .clock import database_now, later
from .models import Lane


#: The mail server, for everything that leaves.
RELAY = "relay"

#: The longest rest: a server that comes back is used again within this time.
MAX_REST_SECONDS = 30


def take_turn(name: str, rate_per_second: int) -> float:
    """Reserve the next free moment of a lane with a rate; return the seconds until then.

    All workers reserve from the same row, evenly spaced, so together they never exceed the rate. A moment that is
    reserved and not used is lost. Without the database there is no moment, and so no mail: the limit fails closed.
    """
    with transaction.atomic():
        lane = _locked(name)
        now = database_now()
        turn = max(lane.free_at or now, now)
        Lane.objects.filter(pk=lane.pk).update(free_at=turn + timedelta(seconds=1 / rate_per_second))
    return (turn - now).total_seconds()


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
