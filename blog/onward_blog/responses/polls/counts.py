"""The ballots of polls in a window of time, as numbers."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from onward_blog.responses.base import Facts, Group, Line, iso
from onward_blog.responses.heads import Head, joined
from onward_blog.responses.windows import within
from onward_polls.models import Ballot, Option, Poll, Vote


def ballots_in(polls: Iterable[Poll], since: datetime | None, until: datetime | None) -> Any:
    """Return the ballots that count; a ballot belongs to the window in which it was first cast."""
    return Ballot.objects.counted().filter(within("cast_at", since, until), poll__in=[p.pk for p in polls])


def set_aside(polls: Iterable[Poll], since: datetime | None, until: datetime | None) -> Counter[int]:
    """Return {poll id: how many ballots are kept and not counted}; one query."""
    ballots = Ballot.objects.excluded().filter(
        within("cast_at", since, until), poll__in=[p.pk for p in polls]
    )
    return Counter(dict(ballots.values_list("poll_id").annotate(n=Count("pk"))))


def heads_of(ballots: "QuerySet[Ballot]") -> defaultdict[int, Head]:
    """Return {poll id: Head}; one query."""
    quotable = ~Q(words="") & ~Q(consent=Ballot.Consent.NONE)
    rows = ballots.values("poll_id", "door").annotate(
        n=Count("pk"),
        wrote=Count("pk", filter=~Q(words="")),
        may=Count("pk", filter=quotable),
        first=Min("cast_at"),
        last=Max("cast_at"),
    )
    return joined(rows.order_by("poll_id", "door"))


def marks_of(ballots: "QuerySet[Ballot]") -> Counter[int]:
    """Return {option id: how often it was marked on these ballots}; one query."""
    rows = Vote.objects.filter(ballot__in=ballots).values_list("option_id").annotate(n=Count("pk"))
    return Counter(dict(rows))


def group_of(poll: Poll, head: Head, marks: Counter[int], facts: Facts) -> Group:
    """Return a poll with its options as lines; ``facts`` are added to those that the ballots themselves give."""
    options = Option.objects.filter(poll=poll).order_by("sort_order", "pk")
    facts = {
        **facts,
        "words": head.words,
        "quotable": head.quotable,
        "doors": dict(head.doors or {}),
        "first_at": iso(head.first),
        "last_at": iso(head.last),
        "closes_at": iso(poll.closes_at),
        "visibility": poll.results_visibility,
        "follows": poll.follows_id,
        "words_prompt": poll.words_prompt,
    }
    lines = tuple(_line(option, marks[option.pk]) for option in options if _is_line(option, marks))
    return Group(f"poll:{poll.pk}", poll.question, poll.kind, head.n, lines, facts)


def _is_line(option: Option, marks: Counter[int]) -> bool:
    return option.retired_at is None or marks[option.pk] > 0


def _line(option: Option, count: int) -> Line:
    notes = {"retired": option.retired_at is not None, "edited": option.edited_at is not None}
    return Line(str(option.uuid), option.text, count, {name: True for name, holds in notes.items() if holds})
