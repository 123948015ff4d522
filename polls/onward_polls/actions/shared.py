"""What several actions need: a signal after the commit, and a stamp that only an open poll gives."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from onward_polls.ballots.ballot_box import stamp_if_open
from onward_polls.errors import PollClosed, PollNotOpen
from onward_polls.models import Ballot, Poll


def announce(signal: Signal, **arguments: Any) -> None:
    """Send a signal once the transaction has committed; a receiver's error is logged, not passed on."""
    transaction.on_commit(partial(signal.send_robust, sender=Poll, **arguments))


def stamp(poll: Poll, ballot: Ballot, too_late: type[PollClosed] = PollClosed, **values: Any) -> None:
    """Save these values on a ballot if its poll takes ballots, or raise PollNotOpen or ``too_late``."""
    if stamp_if_open(ballot, **values):
        return
    # A poll that nobody had answered yet may have been deleted by now; for this reader it is closed.
    now = Poll.objects.filter(pk=poll.pk).first() or poll
    raise PollNotOpen(now) if now.is_waiting and not now.archived_at else too_late(now)
