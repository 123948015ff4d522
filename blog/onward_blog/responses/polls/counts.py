"""The ballots of polls in a window of time, as numbers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from onward_blog.responses.base import Facts, Group, Line, iso
from onward_blog.responses.heads import Head, joined
from onward_blog.responses.windows import within
from onward_polls.models import EXCLUDED, Ballot, Option, Poll, Vote
from onward_polls.tally import live_counts, spans_of_ballots


def ballots_in(polls: Iterable[Poll], since: datetime | None, until: datetime | None) -> Any:
    """Return the ballots that count; a ballot belongs to the window in which it was first cast."""
    return Ballot.objects.counted().filter(within("cast_at", since, until), poll__in=[p.pk for p in polls])


def count(
    polls: Sequence[Poll], since: datetime | None, until: datetime | None
) -> tuple[Mapping[int, Head], Counter[int], Counter[int]]:
    """Return {poll id: Head}, {option id: marks} and {poll id: ballots set aside} of a window.

    Without limits they come from the kept tallies, and cost the same for a million ballots as for a thousand.
    """
    if since is None and until is None:
        return count_everything(polls)
    ballots = ballots_in(polls, since, until)
    return heads_of(ballots), marks_of(ballots), set_aside(polls, since, until)


def count_everything(polls: Sequence[Poll]) -> tuple[dict[int, Head], Counter[int], Counter[int]]:
    """Return the same as ``count`` of all ballots so far; three queries."""
    counts, spans, words = live_counts(polls), spans_of_ballots(polls), _words_of(polls)
    heads, marks, aside = {}, Counter[int](), Counter[int]()
    for poll in polls:
        doors: Counter[str] = Counter()
        for (option, door), n in counts[poll.pk].items():
            if option is not None:
                marks[option] += n
            elif n:
                doors[door] += n
        aside[poll.pk] = doors.pop(EXCLUDED, 0)
        first, last = spans.get(poll.pk, (None, None))
        wrote, may = words.get(poll.pk, (0, 0))
        heads[poll.pk] = Head(doors.total(), wrote, may, dict(sorted(doors.items())), first, last)
    return heads, marks, aside


def _words_of(polls: Iterable[Poll]) -> dict[int, tuple[int, int]]:
    """Return {poll id: (ballots with words, those of them that may be quoted)}; one query, by an index of its own."""
    written = Ballot.objects.counted().with_words().filter(poll__in=[p.pk for p in polls])
    rows = written.values_list("poll_id").annotate(
        wrote=Count("pk"), may=Count("pk", filter=~Q(consent=Ballot.Consent.NONE))
    )
    return {poll: (wrote, may) for poll, wrote, may in rows}


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


def numbers_of(polls: Iterable[Poll], since: datetime | None, until: datetime) -> dict[str, int]:
    """Return {"answers", "words", "from_mail"} of a window; two queries.

    Words belong to the window in which they were written: the ballot they stand on may be in an earlier one.
    """
    polls = list(polls)
    found: dict[str, int] = ballots_in(polls, since, until).aggregate(
        answers=Count("pk"), from_mail=Count("pk", filter=Q(door=Ballot.Door.MAIL))
    )
    written = Ballot.objects.counted().with_words_between(since, until).filter(poll__in=[p.pk for p in polls])
    return {**found, "words": written.count()}


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
