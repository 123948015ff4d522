"""Signs that answers did not come from readers who chose to answer, one by one: found, shown, decided by the author."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Length
from django.utils import timezone

from onward_polls.models import EXCLUDED, Ballot, FairnessFlag, Poll, Tally, Vote
from onward_polls.tally import PollTally, count_tally, unfolded_counts


#: So many ballots from one network are worth a look.
MANY = 20
#: Within this time, that many are a burst.
BURST = timedelta(minutes=10)
#: The span that concentration is looked for in.
DAY = timedelta(hours=24)
#: From this share (0 to 1) of the span's ballots on, one network is a concentration.
SHARE = 0.2

#: Under this many ballots with words, nothing is said about who wrote them.
ENOUGH_SENTENCES = 10
#: So many readers who wrote
FEW_WRITERS = 3
#: this share (0 to 1) of all characters are worth a word.
MOST_OF_THE_WORDS = 0.8

#: Ballots noted per statement.
CHUNK = 500

#: (primary key, cast at) of a ballot.
Cast = tuple[int, datetime]


def find_flags(poll: Poll) -> list[FairnessFlag]:
    """Look through the last 24 hours for bursts and concentrations; return the flags that are new or have grown.

    A burst: 20 ballots or more from one network within 10 minutes. A concentration: one network with 20 ballots or
    more, and 20 % or more of all. Looking again finds nothing new. One query while nothing is to be found.
    """
    recent = Ballot.objects.standing().filter(poll=poll, cast_at__gt=timezone.now() - DAY)
    many = recent.exclude(network="").order_by().values_list("network").annotate(n=Count("pk"))
    counts = dict(many.filter(n__gte=MANY))
    if not counts:
        return []
    known = {(flag.kind, flag.network): flag for flag in FairnessFlag.objects.filter(poll=poll)}
    share = recent.count() * SHARE
    found = []
    for network, count in counts.items():
        mine = recent.filter(network=network)
        kinds = [FairnessFlag.Kind.BURST]
        if count >= share:
            kinds.append(FairnessFlag.Kind.CONCENTRATION)
        for kind in kinds:
            casts = _casts(mine, known.get((kind, network)))
            casts = in_bursts(casts) if kind == FairnessFlag.Kind.BURST else casts
            flag = _note(poll, kind, network, casts) if casts else None
            found += [flag] if flag else []
    return found


def _casts(ballots: QuerySet[Ballot], flag: FairnessFlag | None) -> list[Cast]:
    """Return when these were cast, in order; where there is a flag, only those that may be new to it."""
    if flag:
        ballots = ballots.filter(cast_at__gte=flag.last_at - BURST)
    return list(ballots.order_by("cast_at", "pk").values_list("pk", "cast_at"))


def in_bursts(casts: Sequence[Cast]) -> list[Cast]:
    """Keep what lies within 10 minutes together with 19 others; ``casts`` are in the order of their time."""
    kept: set[int] = set()
    for first in range(len(casts) - MANY + 1):
        if casts[first + MANY - 1][1] - casts[first][1] <= BURST:
            kept.update(range(first, first + MANY))
    return [casts[place] for place in sorted(kept)]


def _note(poll: Poll, kind: str, network: str, casts: list[Cast]) -> FairnessFlag | None:
    """Put ballots on the one flag of this kind and network; return it if any of them was not there before."""
    span = {"first_at": casts[0][1], "last_at": casts[-1][1]}
    with transaction.atomic():
        which = {"poll": poll, "kind": kind, "network": network}
        FairnessFlag.objects.get_or_create(**which, defaults=span | {"found_at": timezone.now()})
        # By the same lock, the author's decision and the growth of what is decided take turns.
        flag = FairnessFlag.objects.select_for_update(no_key=True).get(**which)
        on_it = set(flag.ballots.filter(cast_at__gte=span["first_at"]).values_list("pk", flat=True))
        if not _add(flag, sorted({pk for pk, _moment in casts} - on_it)):
            return None
        flag.first_at = min(flag.first_at, span["first_at"])
        flag.last_at = max(flag.last_at, span["last_at"])
        if flag.decided_at and _needs_deciding_again(flag):
            flag.decision, flag.decided_at, flag.decided_by = FairnessFlag.Decision.OPEN, None, None
        flag.save()
    return flag


def _add(flag: FairnessFlag, pks: list[int]) -> int:
    through: Any = FairnessFlag.ballots.through
    added = 0
    for start in range(0, len(pks), CHUNK):
        # Locked, because a reader's two ballots may become one at any moment.
        there = Ballot.objects.select_for_update(no_key=True).filter(pk__in=pks[start : start + CHUNK])
        rows = [
            through(fairnessflag=flag, ballot_id=pk)
            for pk in there.order_by("pk").values_list("pk", flat=True)
        ]
        through.objects.bulk_create(rows, ignore_conflicts=True)
        added += len(rows)
    return added


def _needs_deciding_again(flag: FairnessFlag) -> bool:
    """Whether a flag has grown by what its decision did not see: by anything set aside, by another lot counted."""
    later = flag.ballots.filter(cast_at__gt=flag.decided_at).count()
    return later >= (1 if flag.decision == FairnessFlag.Decision.EXCLUDED else MANY)


def tally_without(poll: Poll, ballots: QuerySet[Ballot]) -> PollTally:
    """Return the tally of a poll as it would be if these ballots were set aside; ``read_tally`` gives it with them."""
    counted = ballots.filter(poll=poll, withdrawn_at=None, excluded_at=None)
    pks = counted.order_by().values("pk")
    kept = Counter({(row.option_id, row.door): row.count for row in Tally.objects.filter(poll=poll)})
    kept.update(unfolded_counts(poll))
    doors = Ballot.objects.filter(pk__in=pks).values_list("door").annotate(n=Count("pk"))
    by_door = Counter({(None, door): n for door, n in doors.order_by()})
    marks = (
        Vote.objects.filter(ballot__in=pks).values_list("option_id", "ballot__door").annotate(n=Count("pk"))
    )
    kept.subtract(by_door)
    kept.subtract({(option_id, door): n for option_id, door, n in marks.order_by()})
    kept[None, EXCLUDED] += by_door.total()
    first_at, last_at = _span_without(poll, pks)
    tally = count_tally(poll, poll.options.all(), kept)
    return replace(tally, first_at=first_at, last_at=last_at)


def _span_without(poll: Poll, pks: QuerySet[Any]) -> tuple[datetime | None, datetime | None]:
    others = Ballot.objects.counted().filter(poll=OuterRef("pk")).exclude(pk__in=pks)
    span: tuple[datetime | None, datetime | None] = Poll.objects.filter(pk=poll.pk).values_list(
        Subquery(others.order_by("cast_at").values("cast_at")[:1]),
        Subquery(others.order_by("-cast_at").values("cast_at")[:1]),
    )[0]
    return span


def few_writers(poll: Poll) -> bool:
    """Whether 3 readers wrote 80 % or more of all characters of words; never under 10 ballots with words."""
    lengths = Ballot.objects.counted().with_words().filter(poll=poll).annotate(length=Length("words"))
    all_of_them = lengths.aggregate(n=Count("pk"), total=Sum("length"))
    if all_of_them["n"] < ENOUGH_SENTENCES:
        return False
    longest = lengths.order_by("-length").values_list("length", flat=True)[:FEW_WRITERS]
    return bool(sum(longest) >= MOST_OF_THE_WORDS * all_of_them["total"])
