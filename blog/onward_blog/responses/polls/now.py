"""The numbers of today beside frozen ones: only where every reader may see them, and nothing where not."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse

from onward_polls.components.results import public_results
from onward_polls.errors import with_years
from onward_polls.models import Poll
from onward_polls.placement import is_public
from onward_polls.wording import who_answered


@dataclass(frozen=True, slots=True)
class NumbersNow:
    """What may be said today of one poll; ``counts`` are in the order of the options, empty where nobody may see them."""

    #: {option uuid: (its text today, count, whole per cent or None)}
    counts: dict[str, tuple[str, int, int | None]] = field(default_factory=dict)
    n: int = 0
    who: str = ""
    #: The page of the poll, where readers who have answered see the numbers.
    poll_url: str = ""
    #: The same as JSON, for readers who have answered.
    data_url: str = ""


@with_years()
def numbers_now(poll_ids: Iterable[int]) -> dict[int, NumbersNow]:
    """Return {poll id: the numbers of today}; without those that are gone, hidden, or on no page readers can open.

    The counts are those of the last fold, which readers see unasked. Where they see them only after voting there are
    none, and the addresses under which those who voted find them.
    """
    polls = Poll.objects.filter(pk__in=list(poll_ids), archived_at=None)
    polls = polls.select_related("breakdown", "follows").prefetch_related("options", "wordings")
    found = {poll.pk: _now(poll) for poll in polls.order_by("pk") if is_public(poll)}
    return {pk: now for pk, now in found.items() if now is not None}


def _now(poll: Poll) -> NumbersNow | None:
    if poll.is_waiting or not poll.shows_results(voted=True):
        return None
    poll_url, data_url = _address("poll", poll), _address("results", poll)
    results = public_results(poll)
    if results is None:
        return NumbersNow(poll_url=poll_url, data_url=data_url) if poll_url else None
    rows = results.lines
    return NumbersNow(
        {str(row.line.option_uuid): (row.line.text, row.line.count, row.percent) for row in rows},
        results.tally.n,
        who_answered(results.tally),
        poll_url,
        data_url,
    )


def _address(name: str, poll: Poll) -> str:
    """Return the path of a poll, or "" where the addresses of polls are not mounted."""
    try:
        return reverse(f"onward_polls:{name}", args=[poll.pk])
    except NoReverseMatch:
        return ""
