"""What an anonymous reader sees of polls in a page: when it changes, the page does."""

import hashlib
import json
from collections.abc import Iterable

from django.db.models import Sum

from onward_polls.models import Breakdown, Poll, Tally


#: What a breakdown holds that readers may see.
BREAKDOWN = ("reach", "by_day", "by_role", "moves", "promoted", "set_aside")


def shown_tallies(polls: Iterable[Poll]) -> list[list[int | str]]:
    """Return [poll, option or 0 for the ballots, door, count] of the folded tallies that readers see unasked.

    Ballots set aside have a row of their own: how many there are is said beside the others.
    """
    rows = Tally.objects.filter(poll__in=_with_earlier(polls))
    counts = rows.values_list("poll_id", "option_id", "door").annotate(n=Sum("count"))
    return sorted([poll, option or 0, door, n] for poll, option, door, n in counts)


def shown_breakdowns(polls: Iterable[Poll]) -> list[list[int | str]]:
    """Return [poll, fingerprint] of what is counted less often and shown with the tallies: days, roles and moves."""
    rows = Breakdown.objects.filter(poll__in=_with_earlier(polls))
    values = rows.values_list("poll_id", *BREAKDOWN)
    return sorted([poll, _fingerprint(*numbers)] for poll, *numbers in values)


def is_open(poll: Poll) -> bool:
    """Whether the poll takes answers now."""
    return poll.archived_at is None and not poll.is_closed and not poll.is_waiting


def _with_earlier(polls: Iterable[Poll]) -> list[Poll]:
    """Return the polls whose numbers stand in the page, and those earlier ones that are shown beside them."""
    shown = [poll for poll in polls if poll.shows_results(voted=False)]
    earlier = [poll.follows for poll in shown if poll.follows]
    return [*shown, *(poll for poll in earlier if poll.shows_results(voted=False))]


def _fingerprint(*numbers: object) -> str:
    return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()[:16]
