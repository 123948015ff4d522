"""What looked unfair about the answers of a window, what the author decided, and the result with and without it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import Length

from onward_blog.responses.base import iso
from onward_blog.responses.few import LEAST, merge_few
from onward_blog.responses.windows import within
from onward_polls.fairness.finding import ENOUGH_SENTENCES, FEW_WRITERS, MOST_OF_THE_WORDS
from onward_polls.models import Ballot, FairnessFlag, Poll, Vote


def flags_in(
    polls: Iterable[Poll], since: datetime | None, until: datetime
) -> dict[int, list[dict[str, Any]]]:
    """Return {poll id: its flags, the earliest first}; three queries more for each flag there is.

    A flag is {"kind": "burst" or "concentration", "decision": "open", "counted" or "excluded", "n": how many ballots
    of the window are on it, "counted": how many of those are in the numbers, "first_at", "last_at", "lines":
    {option uuid: how many of them marked it}, "others": marks on all other options}. Options that fewer than five of
    them marked are among the others; with nothing left to tell apart, both are empty.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    flags = FairnessFlag.objects.filter(poll__in=[poll.pk for poll in polls])
    for flag in flags.order_by("first_at", "kind", "pk"):
        if described := _described(flag, since, until):
            found.setdefault(flag.poll_id, []).append(described)
    return found


def _described(flag: FairnessFlag, since: datetime | None, until: datetime) -> dict[str, Any] | None:
    ballots = Ballot.objects.standing().filter(within("cast_at", since, until), fairness_flags=flag)
    counted = Count("pk", filter=Q(excluded_at=None))
    about = ballots.aggregate(n=Count("pk"), counted=counted, first=Min("cast_at"), last=Max("cast_at"))
    if about["n"] < LEAST:
        return None
    named, others = _marks(flag.poll, ballots)
    return {
        "kind": str(flag.kind),
        "decision": str(flag.decision),
        "n": about["n"],
        "counted": about["counted"],
        "first_at": iso(about["first"]),
        "last_at": iso(about["last"]),
        "lines": named,
        "others": others,
    }


def _marks(poll: Poll, ballots: Any) -> tuple[dict[str, int], int]:
    votes = Vote.objects.filter(ballot__in=ballots.values("pk")).values_list("option").annotate(n=Count("pk"))
    marked = dict(votes.order_by())
    return merge_few(
        {str(option.uuid): marked[option.pk] for option in poll.options.all() if option.pk in marked}
    )


def few_wrote_most(ballots: Any) -> bool:
    """Return whether 3 readers wrote 80 % or more of all characters; never under 10 ballots with words."""
    lengths = ballots.with_words().annotate(length=Length("words"))
    about = lengths.aggregate(n=Count("pk"), total=Sum("length"))
    if about["n"] < ENOUGH_SENTENCES:
        return False
    longest = lengths.order_by("-length").values_list("length", flat=True)[:FEW_WRITERS]
    return bool(sum(longest) >= MOST_OF_THE_WORDS * about["total"])
