"""The polls' rules: one reader, one ballot, and counts that follow from ballots."""

from collections import Counter

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from onward_polls.actions import rebuild_tallies
from onward_polls.models import Ballot, FairnessFlag, Option, Poll, ReaderLink, Tally, TallyDelta, Vote
from onward_polls.tally import recount

from .findings import Finding, facts_found, rows_found


def repeated_ballots() -> list[Finding]:
    """A reader has one ballot in a poll, whichever keys lead to it."""
    by_alias = Ballot.objects.filter(
        poll=OuterRef("poll"), reader_key=OuterRef("alias_key"), withdrawn_at=None
    )
    by_key = Ballot.objects.filter(
        poll=OuterRef("poll"), reader_key=OuterRef("reader_key"), withdrawn_at=None
    )
    links = ReaderLink.objects.filter(Exists(by_alias), Exists(by_key)).exclude(alias_key=F("reader_key"))
    keys = Ballot.objects.values("poll", "reader_key").annotate(times=Count("pk")).filter(times__gt=1)
    return rows_found("ballots", "A reader who is known by two keys has two ballots.", links) + facts_found(
        "ballots",
        "A reader has several ballots in one poll.",
        (f"Poll {poll}: {times} ballots of one reader" for poll, times in keys.values_list("poll", "times")),
    )


def misplaced_votes() -> list[Finding]:
    """A vote marks an option of its ballot's own poll."""
    return rows_found(
        "votes",
        "Votes mark an option that does not belong to their ballot's poll.",
        Vote.objects.exclude(option__poll=F("ballot__poll")),
    )


def ballots_without_votes() -> list[Finding]:
    """A ballot that counts marks something, unless the poll asks only for words."""
    votes = Vote.objects.filter(ballot=OuterRef("pk"))
    ballots = Ballot.objects.filter(~Exists(votes), withdrawn_at=None).exclude(poll__kind=Poll.Kind.WORDS)
    return rows_found("empty_ballots", "Ballots count although they mark no option.", ballots)


def crowded_ballots() -> list[Finding]:
    """Where one answer is asked for, a ballot marks one."""
    single = (Poll.Kind.SINGLE, Poll.Kind.SCALE)
    ballots = Ballot.objects.filter(poll__kind__in=single).annotate(marks=Count("votes")).filter(marks__gt=1)
    return rows_found(
        "crowded_ballots", "Ballots mark several options where one answer was asked for.", ballots
    )


def foreign_previous() -> list[Finding]:
    """An earlier answer is one to the poll that the ballot's own poll asks again."""
    ballots = Ballot.objects.exclude(previous=None).filter(
        Q(poll__follows=None) | ~Q(previous__poll=F("poll__follows"))
    )
    return rows_found(
        "previous",
        "Ballots name an earlier answer to a poll that theirs does not ask again.",
        ballots,
        lambda: ballots.update(previous=None),
    )


def repeated_others() -> list[Finding]:
    """A poll offers one option at most beside which readers write."""
    others = Option.objects.filter(is_other=True, retired_at=None).values("poll")
    repeated = others.annotate(times=Count("pk")).filter(times__gt=1).order_by("poll")
    return facts_found(
        "others",
        "A poll offers several options beside which readers write.",
        (f"Poll {poll}: {times}" for poll, times in repeated.values_list("poll", "times")),
    )


def unexplained_exclusions() -> list[Finding]:
    """A ballot that is set aside says why, and a reason stands on no other."""
    ballots = Ballot.objects.filter(Q(excluded_at=None) ^ Q(exclusion=""))
    return rows_found(
        "exclusions", "Ballots are set aside without a reason, or have one without being so.", ballots
    )


def misplaced_flags() -> list[Finding]:
    """A flag holds ballots of its own poll."""
    flags = FairnessFlag.objects.filter(
        Exists(Ballot.objects.filter(fairness_flags=OuterRef("pk")).exclude(poll=OuterRef("poll")))
    )
    return rows_found("flags", "Flags hold ballots of another poll.", flags)


def wrong_tallies() -> list[Finding]:
    """The tallies, with what waits to be folded in, are what one gets by counting ballots."""
    wrong = [poll for poll in Poll.objects.all() if _differs(poll)]
    return facts_found(
        "tallies",
        "Tallies differ from the ballots they are made from.",
        (f"Poll {poll.pk}" for poll in wrong),
        lambda: [rebuild_tallies(poll) for poll in wrong],
    )


def _differs(poll: Poll) -> bool:
    # Someone may vote between the two counts; the second look is at rest or wrong again.
    return all(_counted(poll) != _kept(poll) for _attempt in range(2))


def _counted(poll: Poll) -> dict[tuple[int | None, str], int]:
    return {place: count for place, count in recount(poll).items() if count}


@transaction.atomic
def _kept(poll: Poll) -> dict[tuple[int | None, str], int]:
    kept: Counter[tuple[int | None, str]] = Counter()
    for option, door, count in Tally.objects.filter(poll=poll).values_list("option", "door", "count"):
        kept[option, door] += count
    for option, door, delta in TallyDelta.objects.filter(poll=poll).values_list("option", "door", "delta"):
        kept[option, door] += delta
    return {place: count for place, count in kept.items() if count}
