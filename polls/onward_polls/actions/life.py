"""The life of a poll: closed by hand or by its time, opened again, archived, and back."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from onward_polls import signals
from onward_polls.errors import EditRefused, PollNotOpen
from onward_polls.models import Poll

from .shared import announce


#: By the database's clock, which also decides about ballots.
HAS_CLOSED = Q(closes_at__lte=Now())


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


def reopen_poll(poll: Poll, *, closes_at: datetime | None = None, user: Any = None) -> None:
    """Let readers answer a closed poll again, until ``closes_at`` or until it is closed by hand.

    ``reopened_at`` notes it, and readers are told. Raises EditRefused for a poll that is not closed, one that
    is in the archive, and a closing time that has passed.
    """
    with transaction.atomic():
        Poll.objects.select_for_update().get(pk=poll.pk)
        this = Poll.objects.filter(pk=poll.pk)
        if not this.filter(HAS_CLOSED).exists():
            raise EditRefused(_("This poll is not closed, so there is nothing to open again."))
        if not this.filter(archived_at=None).exists():
            raise EditRefused(_("This poll is in the archive. Please take it out of there first."))
        this.update(closes_at=closes_at, reopened_at=Now())
        if this.filter(HAS_CLOSED).exists():
            raise EditRefused(
                _("That time has passed, so the poll stays closed. Please choose one that lies ahead.")
            )
        _tell(poll, "onward_polls.reopen", user, closes_at=closes_at.isoformat() if closes_at else None)


def archive_poll(poll: Poll, *, user: Any = None) -> None:
    """Ask a poll no longer: no ballot is counted from now on, and what was answered is kept.

    Harmless on a poll that is archived already.
    """
    with transaction.atomic():
        # Waits for the ballots under way, and holds back new ones.
        Poll.objects.select_for_update().get(pk=poll.pk)
        if Poll.objects.filter(pk=poll.pk, archived_at=None).update(archived_at=Now()):
            _tell(poll, "onward_polls.archive", user)


def unarchive_poll(poll: Poll, *, user: Any = None) -> None:
    """Take a poll out of the archive: closed if its time has passed, and otherwise open again, which is noted.

    Harmless on a poll that is not archived.
    """
    with transaction.atomic():
        archived = Poll.objects.select_for_update().filter(pk=poll.pk).exclude(archived_at=None)
        if not archived.exists():
            return
        Poll.objects.filter(pk=poll.pk).exclude(HAS_CLOSED).update(reopened_at=Now())
        archived.update(archived_at=None)
        _tell(poll, "onward_polls.unarchive", user)


def announce_change(poll: Poll) -> None:
    """Send ``poll_changed`` after the commit: an author saved the poll, so what shows it is out of date."""
    announce(signals.poll_changed, poll=poll)


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


def _tell(poll: Poll, action: str, user: Any, **data: Any) -> None:
    poll.refresh_from_db(fields=["closes_at", "reopened_at", "archived_at"])
    log(instance=poll, action=action, user=user, data=data)
    announce_change(poll)
