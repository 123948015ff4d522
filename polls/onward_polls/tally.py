"""Votes in, tally out: the counts of a poll at one moment, and what may honestly be said of them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery, Sum

from .models import EXCLUDED, Ballot, Option, Poll, Tally, TallyDelta, Vote, plain_text


#: Under this many answers a percentage says more than is known, so only counts are shown.
FEW = 10
#: Under this many answers the percentages come with a word of caution.
CAUTION = 30

#: (option primary key, or None for the ballots themselves; door, or EXCLUDED) -> how many.
Counts = Mapping[tuple[int | None, str], int]


@dataclass(frozen=True)
class TallyLine:
    """One option: how many readers marked it, and which share (0 to 1) of all who answered they are."""

    option_uuid: UUID
    text: str
    count: int
    share: float
    retired: bool = False
    edited: bool = False
    mine: bool = False
    #: The primary key of the option, and of the earlier option that it stands for.
    option_id: int = 0
    follows_id: int | None = None
    #: Whether readers wrote what they do instead.
    is_other: bool = False
    #: When it was added to a poll that had been answered, and how many had answered by then.
    added_at: datetime | None = None
    added_after: int | None = None


@dataclass(frozen=True)
class PollTally:
    """The answers to one poll: n ballots, one line per option, and where and when they were cast."""

    poll_id: int
    question: str
    n: int
    lines: tuple[TallyLine, ...]
    by_door: Mapping[str, int]
    first_at: datetime | None
    last_at: datetime | None
    kind: str
    #: Ballots set aside: kept, and in none of the numbers above.
    excluded: int = 0

    @property
    def shows_percentages(self) -> bool:
        return self.n >= FEW

    @property
    def needs_caution(self) -> bool:
        return FEW <= self.n < CAUTION and self.kind != Poll.Kind.WORDS

    def marked(self, chosen: Collection[UUID]) -> "PollTally":
        """Return the same tally with the lines a reader chose marked as his."""
        lines = tuple(replace(line, mine=line.option_uuid in chosen) for line in self.lines)
        return replace(self, lines=lines)

    @property
    def median(self) -> TallyLine | None:
        """The line that holds the middle answer of a scale; None for other kinds or without answers."""
        points = [line for line in self.lines if not line.is_other]
        marks = sum(line.count for line in points)
        if self.kind != Poll.Kind.SCALE or not marks:
            return None
        seen = 0
        for line in points:
            seen += line.count
            if seen * 2 >= marks:
                return line
        return None


def count_tally(poll: Poll, options: Iterable[Option], counts: Counts) -> PollTally:
    """Arrange counts as a tally: options in their order, retired ones only where they hold votes."""
    marks: Counter[int] = Counter()
    by_door: Counter[str] = Counter()
    for (option_id, door), count in counts.items():
        if option_id is None:
            by_door[door] += count
        else:
            marks[option_id] += count
    excluded = by_door.pop(EXCLUDED, 0)
    n = sum(by_door.values())
    shown = [option for option in options if option.retired_at is None or marks[option.pk]]
    return PollTally(
        poll_id=poll.pk,
        question=poll.question,
        n=n,
        lines=tuple(_line(option, marks[option.pk], n) for option in shown),
        by_door={door: by_door[door] for door in Ballot.Door.values if by_door[door]},
        first_at=None,
        last_at=None,
        kind=poll.kind,
        excluded=excluded,
    )


def _line(option: Option, count: int, n: int) -> TallyLine:
    return TallyLine(
        option_uuid=option.uuid,
        text=option.text,
        count=count,
        share=count / n if n else 0.0,
        retired=option.retired_at is not None,
        edited=option.edited_at is not None,
        option_id=option.pk,
        follows_id=option.follows_id,
        is_other=option.is_other,
        added_at=option.added_at,
        added_after=option.added_after_votes,
    )


def same_options(now: PollTally, then: PollTally) -> dict[UUID, TallyLine]:
    """Match the options of a question asked again with the earlier ones, each with one at most.

    What the author says an option follows comes first; then those that say the same, whatever their letter
    case and spacing. Keys are the uuids of the later poll.
    """
    matched = _matches(now.lines, then.lines, lambda line: line.follows_id, lambda line: line.option_id)
    later = [line for line in now.lines if line.option_uuid not in matched]
    taken = {line.option_uuid for line in matched.values()}
    earlier = [line for line in then.lines if line.option_uuid not in taken]
    return matched | _matches(later, earlier, _plain, _plain)


def _matches(
    later: Sequence[TallyLine],
    earlier: Sequence[TallyLine],
    wanted: Callable[[TallyLine], object],
    offered: Callable[[TallyLine], object],
) -> dict[UUID, TallyLine]:
    free = {offered(line): line for line in reversed(earlier)}
    found = ((line, free.pop(wanted(line), None)) for line in later)
    return {line.option_uuid: match for line, match in found if match}


def _plain(line: TallyLine) -> str:
    return plain_text(line.text)


def read_tally(poll: Poll, *, live: bool = True) -> PollTally:
    """Return the tally of a poll from its folded counters.

    ``live`` adds the ballots since the last fold; without it the answer is the same for everybody until
    the next fold, which is what a page for all readers must show. At most three queries, whatever the
    number of ballots.
    """
    if live:
        counts = live_counts([poll])[poll.pk]
        first_at, last_at = span_of_ballots(poll)
    else:
        rows = list(Tally.objects.filter(poll=poll))
        counts = Counter({(row.option_id, row.door): row.count for row in rows})
        first_at = min((row.first_at for row in rows if row.first_at), default=None)
        last_at = max((row.last_at for row in rows if row.last_at), default=None)
    tally = count_tally(poll, poll.options.all(), counts)
    return replace(tally, first_at=first_at, last_at=last_at)


def live_counts(polls: Iterable[Poll]) -> dict[int, Counter[tuple[int | None, str]]]:
    """Return {poll primary key: counts} of several polls as they are now, the unfolded included; one query.

    It is one statement, so that a fold meanwhile counts nothing twice. What it costs does not depend on the ballots.
    """
    ids = [poll.pk for poll in polls]
    kept = Tally.objects.filter(poll__in=ids).values_list("poll_id", "option_id", "door", "count")
    changes = TallyDelta.objects.filter(poll__in=ids).values_list("poll_id", "option_id", "door")
    counts: dict[int, Counter[tuple[int | None, str]]] = {pk: Counter() for pk in ids}
    for poll_id, option_id, door, n in kept.union(changes.annotate(change=Sum("delta")), all=True):
        counts[poll_id][option_id, door] += n
    return counts


def span_of_ballots(poll: Poll) -> tuple[datetime | None, datetime | None]:
    """Return when the first and the last counted ballot were cast (two index look-ups in one query)."""
    return spans_of_ballots([poll])[poll.pk]


def spans_of_ballots(polls: Iterable[Poll]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """Return {poll primary key: when its first and its last counted ballot were cast}; one query."""
    ballots = Ballot.objects.counted().filter(poll=OuterRef("pk"))
    rows = Poll.objects.filter(pk__in=[poll.pk for poll in polls]).values_list(
        "pk",
        Subquery(ballots.order_by("cast_at").values("cast_at")[:1]),
        Subquery(ballots.order_by("-cast_at").values("cast_at")[:1]),
    )
    return {pk: (first, last) for pk, first, last in rows}


def recount(poll: Poll) -> Counter[tuple[int | None, str]]:
    """Count the ballots and votes themselves: the truth that tallies are checked against."""
    ballots = Ballot.objects.counted().filter(poll=poll).values_list("door").annotate(n=Count("pk"))
    aside = Ballot.objects.excluded().filter(poll=poll).count()
    votes = Vote.objects.filter(ballot__poll=poll, ballot__withdrawn_at=None, ballot__excluded_at=None)
    marks = votes.values_list("option_id", "ballot__door").annotate(n=Count("pk"))
    counts: Counter[tuple[int | None, str]] = Counter({(None, door): n for door, n in ballots})
    counts.update({(option_id, door): n for option_id, door, n in marks})
    if aside:
        counts[None, EXCLUDED] = aside
    return counts
