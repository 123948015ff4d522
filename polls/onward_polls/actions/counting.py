"""Keeping the tallies true to the ballots."""

from django.db import transaction

from onward_polls import signals
from onward_polls.folding import fold_poll, rebuild_poll
from onward_polls.models import Poll, TallyDelta

from .shared import announce


def fold_tallies(poll: Poll | None = None) -> int:
    """Add what readers did since the last fold to the kept tallies; return how many deltas that was.

    Exact beside any number of votes and of other folds. Without ``poll``: every poll that has news.
    """
    waiting = TallyDelta.objects.filter(**({"poll": poll} if poll else {})).values("poll")
    folded = 0
    for news in Poll.objects.filter(pk__in=waiting):
        with transaction.atomic():
            deltas, changed = fold_poll(news)
            folded += deltas
            if changed:
                announce(signals.tally_folded, poll=news)
    return folded


def rebuild_tallies(poll: Poll | None = None) -> int:
    """Count again from the ballots; return for how many polls the kept tallies had been wrong."""
    wrong = 0
    for each in [poll] if poll else Poll.objects.all():
        with transaction.atomic():
            if rebuild_poll(each):
                wrong += 1
                announce(signals.tally_folded, poll=each)
    return wrong
