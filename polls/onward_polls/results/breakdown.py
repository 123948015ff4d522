"""What is too much to count every minute: answers by day and by role, and who moved since the last time.

Each part is one query over the counted ballots. What they find is kept in a Breakdown, and readers see only
that, so a page is the same for everybody until the next counting, and is read without touching a ballot.
"""

import logging
from collections import Counter
from collections.abc import Mapping

from django.db.models import BigIntegerField, Count, F, Sum
from django.db.models.functions import Cast, TruncDate
from wagtail import hooks

from onward_polls.models import Ballot, Breakdown, Option, Poll, Tally, Vote, plain_text
from onward_polls.tally import read_tally, same_options

from .crosstable import Cells, Label
from .marks import EVERYBODY
from .roles import RoleCounts


logger = logging.getLogger(__name__)

#: Votes on ballots that count.
COUNTED = {"ballot__withdrawn_at": None, "ballot__excluded_at": None}


def read_breakdown(poll: Poll) -> Breakdown | None:
    """Return what was last counted, or None; no query where the poll came with it."""
    try:
        breakdown: Breakdown = poll.breakdown
        return breakdown
    except Breakdown.DoesNotExist:
        return None


def fingerprints(poll: Poll | None = None) -> dict[int, str]:
    """Return for each poll with a tally what that says, short enough to compare; by primary key."""
    count = Cast("count", BigIntegerField())
    sums = Tally.objects.filter(**({"poll": poll} if poll else {})).values("poll")
    sums = sums.annotate(n=Sum(count), squares=Sum(count * count), places=Sum(count * F("option_id")))
    return {row["poll"]: f"{row['n']}/{row['squares']}/{row['places']}" for row in sums}


def reach_of(poll: Poll) -> int | None:
    """Ask the hook ``onward_polls_reach`` how many readers saw the question; None where nobody knows.

    An error in a project's hook is logged, and does not keep the rest from being counted.
    """
    for reach in hooks.get_hooks("onward_polls_reach"):
        try:
            answer: int | None = reach(poll)
        except Exception:  # the hook is somebody else's
            logger.exception("onward_polls.reach_failed", extra={"poll": poll.pk})
            continue
        if answer is not None:
            return answer
    return None


def by_day(poll: Poll) -> list[list[str | int]]:
    """Return [[ISO 8601 date, ballots]], days in the site's time zone, those without a ballot left out."""
    days = Ballot.objects.counted().filter(poll=poll).annotate(day=TruncDate("cast_at")).values_list("day")
    return [[day.isoformat(), n] for day, n in days.annotate(n=Count("pk")).order_by("day")]


def set_aside(poll: Poll) -> list[list[str | int]]:
    """Return [[reason, ballots]] of what is kept and not counted."""
    reasons = Ballot.objects.excluded().filter(poll=poll).values_list("exclusion")
    return [[reason, n] for reason, n in reasons.annotate(n=Count("pk")).order_by("exclusion")]


def by_role(poll: Poll, counts: RoleCounts) -> Cells:
    """Return how many readers of each role ("" for none given) marked each option, out of ``count_roles``.

    Where a reader may mark several, also how many there are of each role, under EVERYBODY.
    """
    if not poll.role_list or poll.kind == Poll.Kind.WORDS:
        return {}
    place = columns_of(poll)
    cells: Counter[tuple[Label, Label]] = Counter()
    for (role, option), n in counts.votes.items():
        cells[role, place[option]] += n
    if not poll.takes_one_answer:
        cells.update({(role, EVERYBODY): n for role, n in counts.ballots.items()})
    return cells


def moves(poll: Poll) -> tuple[Cells, dict[str, str]]:
    """Return how many of those who answered both polls went from one option to another, or stayed.

    And {later option: the earlier one it stands for}. Only where one answer was given both times: with
    several, nobody can say which one became which.
    """
    earlier = poll.follows
    if earlier is None or not (poll.takes_one_answer and earlier.takes_one_answer):
        return {}, {}
    before, after = columns_of(earlier), columns_of(poll)
    votes = Vote.objects.filter(
        ballot__poll=poll,
        ballot__previous__poll=earlier,
        ballot__previous__withdrawn_at=None,
        ballot__previous__excluded_at=None,
        **COUNTED,
    ).values_list("ballot__previous__votes__option", "option")
    cells: Counter[tuple[Label, Label]] = Counter()
    for origin, option, n in votes.annotate(n=Count("pk")).order_by():
        if origin in before:
            cells[before[origin], after[option]] += n
    matched = same_options(read_tally(poll, live=False), read_tally(earlier, live=False))
    return cells, {str(uuid): str(line.option_uuid) for uuid, line in matched.items()}


def promoted(poll: Poll) -> list[list[str | int]]:
    """Return [[option uuid, ballots]]: how many wrote in the earlier poll, beside "other", what it now offers."""
    offered = [option for option in poll.options.all() if option.promoted_words]
    if poll.follows is None or not offered:
        return []
    beside = Ballot.objects.counted().with_words().filter(poll=poll.follows, votes__option__is_other=True)
    written: Counter[str] = Counter()
    for words, n in beside.values_list("words").annotate(n=Count("pk")).order_by():
        written[plain_text(words)] += n
    return [
        [str(option.uuid), n]
        for option in offered
        if (n := sum(written[words] for words in {plain_text(each) for each in option.promoted_words}))
    ]


def columns_of(poll: Poll) -> Mapping[int, str]:
    """Return under which column of a table each option is counted, by primary key.

    Its own; the points of a longer scale are counted in thirds, because a table needs room in each cell.
    """
    options = list(poll.options.all())
    points = [option for option in options if not option.is_other]
    if poll.kind != Poll.Kind.SCALE or len(points) <= 3:
        return {option.pk: str(option.uuid) for option in options}
    thirds = {option.pk: str(option.uuid) for option in options if option.is_other}
    for third in _thirds(points):
        thirds.update(dict.fromkeys((option.pk for option in third), f"{third[0].uuid}/{third[-1].uuid}"))
    return thirds


def _thirds(points: list[Option]) -> list[list[Option]]:
    """Cut a scale into a low end, a middle and a high end; the ends are equally long."""
    end = (len(points) + 1) // 3
    return [points[:end], points[end:-end], points[-end:]]
