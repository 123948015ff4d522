"""Closing a poll, by hand or because its time has come."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from wagtail.log_actions import log

from onward_polls import signals
from onward_polls.errors import PollNotOpen
from onward_polls.models import Poll

from .shared import announce


def close_poll(poll: Poll, *, user: Any = None) -> None:
    """Close a poll now, by the database's clock; no ballot is counted after this returns.

    Harmless on a poll that is closed already. Raises PollNotOpen for one that has not opened yet.
    """
    with transaction.atomic():
        # Waits for the ballots under way, and holds back new ones.
        locked = Poll.objects.select_for_update().get(pk=poll.pk)
        if locked.is_waiting:
            raise PollNotOpen(locked)
        still_open = Poll.objects.filter(Q(closes_at=None) | Q(closes_at__gt=Now()), pk=poll.pk)
        if not still_open.update(closes_at=Now(), close_announced_at=Now()):
            return
        poll.refresh_from_db(fields=["closes_at", "close_announced_at"])
        log(instance=poll, action="onward_polls.close", user=user)
        announce(signals.poll_closed, poll=poll)


def announce_closings() -> int:
    """Send ``poll_closed`` for polls whose closing time has passed by itself; return how many."""
    silent = Q(close_announced_at=None) | Q(close_announced_at__lt=F("closes_at"))
    announced = 0
    for poll in Poll.objects.filter(silent, closes_at__lte=Now()):
        with transaction.atomic():
            if Poll.objects.filter(silent, pk=poll.pk).update(close_announced_at=Now()):
                announce(signals.poll_closed, poll=poll)
                announced += 1
    return announced
