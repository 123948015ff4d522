"""Signs that answers did not come from readers who chose to answer, one by one: found, shown, decided by the author."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Length
from django.utils import timezone

from onward_polls.models import EXCLUDED, MANY_NETWORKS, Ballot, FairnessFlag, Poll, Vote
from onward_polls.tally import PollTally, count_tally, live_counts


#: So many ballots from one network are worth a look.
MANY = 20
#: Within this time, that many are a burst.
BURST = timedelta(minutes=10)
#: Networks that sent so many within that time, each too few for a flag of its own,
SEVERAL = 5
#: and together so many, are a burst of many networks.
TOGETHER = 100
#: For more bursts than this at a time there is one flag, and not one for each network: nobody could read them.
MOST_ALONE = 20
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
#: The flags a poll has, by kind and network.
Known = Mapping[tuple[str, str], FairnessFlag]


def find_flags(poll: Poll) -> list[FairnessFlag]:
    """Look through the last 24 hours for bursts and concentrations; return the flags that are new or have grown.

    A burst: 20 ballots or more from one network within 10 minutes. A concentration: one network with 20 ballots or
    more, and 20 % or more of all. A burst of many networks: 100 ballots or more within 10 minutes, and 20 % or more of
    all, from networks that each sent 5 or more within 10 minutes. Looking again finds nothing new. One query while
    nothing is to be found.
    """
    recent = Ballot.objects.standing().filter(poll=poll, cast_at__gt=timezone.now() - DAY)
    many = recent.exclude(network="").order_by().values("network").annotate(n=Count("pk"))
    counts: dict[str, int] = dict(many.filter(n__gte=SEVERAL).values_list("network", "n"))
    if max(counts.values(), default=0) < MANY and sum(counts.values()) < TOGETHER:
        return []
    known = {(flag.kind, flag.network): flag for flag in FairnessFlag.objects.filter(poll=poll)}
    share = recent.count() * SHARE
    rest = _without_a_flag_of_their_own(counts, share, known)
    spread = known.get((FairnessFlag.Kind.BURST, MANY_NETWORKS))
    casts: list[Cast] = []
    if sum(counts[network] for network in rest) >= max(TOGETHER, share):
        casts = _casts_of_many(
            recent.filter(network__in=many.filter(n__gte=SEVERAL).values("network")), rest, spread
        )
    found = [_note(poll, FairnessFlag.Kind.BURST, MANY_NETWORKS, casts)] if casts else []
    gathered = casts or (spread and spread.last_at > timezone.now() - DAY)
    for network, count in counts.items():
        if count >= MANY and not (gathered and network in rest):
            found += _flags_of_one(
                poll, recent.filter(network=network), network, known, concentrated=count >= share
            )
    return [flag for flag in found if flag]


def _without_a_flag_of_their_own(counts: Mapping[str, int], share: float, known: Known) -> set[str]:
    """Return the networks that are looked at together: those with few ballots, and all that came with many others."""
    alone = {network for network, count in counts.items() if count >= MANY}
    if len(alone) > MOST_ALONE:
        burst = FairnessFlag.Kind.BURST
        alone = {network for network in alone if (burst, network) in known or counts[network] >= share}
    return set(counts) - alone


def _casts_of_many(ballots: QuerySet[Ballot], networks: set[str], flag: FairnessFlag | None) -> list[Cast]:
    """Return what came in a burst from many of these networks, each of which had a small burst of its own."""
    if flag:
        ballots = ballots.filter(cast_at__gte=flag.last_at - BURST)
    by_network: dict[str, list[Cast]] = defaultdict(list)
    for network, pk, moment in ballots.order_by("cast_at", "pk").values_list("network", "pk", "cast_at"):
        if network in networks:
            by_network[network].append((pk, moment))
    small = [cast for casts in by_network.values() for cast in in_bursts(casts, SEVERAL)]
    return in_bursts(sorted(small, key=lambda cast: (cast[1], cast[0])), TOGETHER)


def _flags_of_one(
    poll: Poll, mine: QuerySet[Ballot], network: str, known: Known, *, concentrated: bool
) -> list[FairnessFlag | None]:
    burst, concentration = FairnessFlag.Kind.BURST, FairnessFlag.Kind.CONCENTRATION
    found = [(burst, in_bursts(_casts(mine, known.get((burst, network)))))]
    if concentrated:
        found.append((concentration, _casts(mine, known.get((concentration, network)))))
    return [_note(poll, kind, network, casts) for kind, casts in found if casts]


def _casts(ballots: QuerySet[Ballot], flag: FairnessFlag | None) -> list[Cast]:
    """Return when these were cast, in order; where there is a flag, only those that may be new to it."""
    if flag:
        ballots = ballots.filter(cast_at__gte=flag.last_at - BURST)
    return list(ballots.order_by("cast_at", "pk").values_list("pk", "cast_at"))


def in_bursts(casts: Sequence[Cast], many: int = MANY) -> list[Cast]:
    """Keep what lies within 10 minutes together with enough others, 20 in all; ``casts`` are in the order of time."""
    kept: list[Cast] = []
    following = 0
    for first in range(len(casts) - many + 1):
        if casts[first + many - 1][1] - casts[first][1] <= BURST:
            kept += casts[max(first, following) : first + many]
            following = first + many
    return kept


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
    kept = live_counts([poll])[poll.pk]
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
