"""What only authors see of a poll: what was taken back or set aside, when answers came, and who answered what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, pairwise
from math import sqrt

from django.db.models import Count, Exists, OuterRef, Q, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from onward_polls.models import Ballot, FollowUp, Poll
from onward_polls.results.breakdown import read_breakdown
from onward_polls.results.roles import count_roles, stored_roles
from onward_polls.tally import PollTally, span_of_ballots


#: A poll whose answers came within this time is shown by the hour, any other by the day.
BY_HOUR = timedelta(hours=72)
#: Bars that a chart has room for: a quarter of a year of days. The newest are kept.
MOST_BARS = 92
#: Up to so many ballots the table by role is counted while its reader waits.
MANY = 20_000


@dataclass(frozen=True)
class Numbers:
    """The ballots of a poll by what became of them."""

    withdrawn: int
    wrote: int
    #: {a value of Ballot.Consent: ballots with words}
    consents: dict[str, int]
    wants_to_be_told: int
    confirmed: int
    #: {a value of Ballot.Exclusion: ballots set aside for that reason}
    aside: dict[str, int]


@dataclass(frozen=True)
class Bar:
    """One hour or day of a chart."""

    label: str
    count: int
    #: Position and height in the chart's own units, as SVG wants them.
    x: str
    height: str
    y: str
    width: str


@dataclass(frozen=True)
class Chart:
    """When the answers came. ``is_hourly`` says what one bar is; ``most`` the count of the highest."""

    bars: list[Bar]
    is_hourly: bool
    most: int
    first: str
    last: str


@dataclass(frozen=True)
class RoleRow:
    """What readers of one role marked: one count for each option, in the order of the options."""

    role: str
    cells: list[int]
    n: int


@dataclass(frozen=True)
class Roles:
    """The rows by role; ``counted_at`` is None where they are those of this moment."""

    rows: list[RoleRow]
    counted_at: datetime | None = None


@dataclass(frozen=True)
class Movement:
    """How much one number would still move by chance: a 95 % Wilson interval, in whole per cent."""

    text: str
    percent: int
    low: int
    high: int


def numbers_of(poll: Poll) -> Numbers:
    """Count the ballots of a poll by what became of them.

    Three queries over those few that have words or are left out; an index holds each kind apart from all others.
    """
    stands, wrote = Q(withdrawn_at=None), ~Q(words="")
    counts = {"withdrawn": Count("pk", filter=~stands)}
    for consent in Ballot.Consent.values:
        counts[f"consent_{consent}"] = Count("pk", filter=stands & wrote & Q(consent=consent))
    for exclusion in Ballot.Exclusion.values:
        reason = stands & Q(excluded_at__isnull=False, exclusion=exclusion)
        counts[f"aside_{exclusion}"] = Count("pk", filter=reason)
    left_out = Ballot.objects.left_out().filter(poll=poll).aggregate(**counts)
    written = Ballot.objects.counted().with_words().filter(poll=poll).order_by().values_list("consent")
    counted = dict(written.annotate(n=Count("*")))
    consents = {
        consent: counted.get(consent, 0) + left_out[f"consent_{consent}"] for consent in Ballot.Consent.values
    }
    # From the wishes to their ballots, never the other way round, which SQLite would choose by itself.
    ballot = Ballot.objects.standing().filter(pk=OuterRef("ballot"), poll=poll)
    wishes = FollowUp.objects.filter(Exists(ballot))
    told = wishes.aggregate(asked=Count("pk"), confirmed=Count("confirmed_at"))
    return Numbers(
        withdrawn=left_out["withdrawn"],
        wrote=sum(consents.values()),
        consents=consents,
        wants_to_be_told=told["asked"],
        confirmed=told["confirmed"],
        aside={reason: left_out[f"aside_{reason}"] for reason in Ballot.Exclusion.values},
    )


def chart_of(poll: Poll) -> Chart | None:
    """Return when the counted answers came: by the hour over three days, else by the day; None without any."""
    first, last = span_of_ballots(poll)
    if first is None or last is None:
        return None
    is_hourly = last - first <= BY_HOUR
    step = timedelta(hours=1) if is_hourly else timedelta(days=1)
    edges = _edges(max(first, last - (MOST_BARS - 1) * step), last, is_hourly=is_hourly)
    found = list(zip(edges, _counts_between(poll, edges), strict=False))
    found = list(dropwhile(lambda bar: not bar[1], found))
    return _chart(found, is_hourly=is_hourly) if found else None


def _edges(first: datetime, last: datetime, *, is_hourly: bool) -> list[datetime]:
    """Return where each hour or day begins, in the site's time, and where the last one ends.

    A day may have 23 or 25 hours.
    """
    start = timezone.localtime(first).replace(minute=0, second=0, microsecond=0)
    if is_hourly:
        begin = start.astimezone(UTC)
        return [begin + timedelta(hours=n) for n in range(int((last - begin) / timedelta(hours=1)) + 2)]
    zone, midnight = timezone.get_current_timezone(), start.replace(hour=0, tzinfo=None)
    days = (timezone.localtime(last).date() - midnight.date()).days + 2
    return [timezone.make_aware(midnight + timedelta(days=n), zone) for n in range(days)]


def _counts_between(poll: Poll, edges: Sequence[datetime]) -> list[int]:
    """Return how many counted ballots were cast between each two edges.

    One query: each count is a stretch of an index, of all ballots less those that are left out. To group them
    instead, every ballot would have to be read, and its hour worked out.
    """
    ballots = Ballot.objects.filter(poll=poll).order_by()
    parts = []
    for place, (begin, end) in enumerate(pairwise(edges)):
        within = ballots.filter(cast_at__gte=begin, cast_at__lt=end)
        for sign, rows in ((1, within), (-1, within.left_out())):
            named = rows.annotate(place=Value(place), sign=Value(sign)).values("place", "sign")
            parts.append(named.annotate(n=Count("*")).values_list("place", "sign", "n"))
    counts = [0] * (len(edges) - 1)
    for place, sign, n in parts[0].union(*parts[1:], all=True):
        counts[place] += sign * n
    return counts


def _chart(found: Sequence[tuple[datetime, int]], *, is_hourly: bool) -> Chart:
    most, width = max(count for _moment, count in found), 100 / len(found)
    pattern = "j F, H:i" if is_hourly else "j F"
    labels = [date_format(timezone.localtime(moment), pattern) for moment, _count in found]
    bars = []
    for place, ((_moment, count), label) in enumerate(zip(found, labels, strict=True)):
        height = 100 * count / most
        at = (f"{place * width:.2f}", f"{height:.1f}", f"{100 - height:.1f}", f"{width * 0.8:.2f}")
        bars.append(Bar(label, count, *at))
    return Chart(bars, is_hourly, most, labels[0], labels[-1])


def roles_of(poll: Poll, tally: PollTally) -> Roles:
    """Return what readers of each role marked, every cell as it is: this table is for the author alone.

    One row for each role in the author's order, and "" for readers who did not say. Over MANY ballots it is what was
    last counted in the background.
    """
    last = read_breakdown(poll) if tally.n > MANY else None
    counts = stored_roles(last.roles) if last else None
    counted_at = last.computed_at if last and counts else None
    counts = counts or count_roles(poll)
    if not any(counts.ballots):
        return Roles([])
    order = [*poll.role_list, *sorted(set(counts.ballots) - set(poll.role_list) - {""}), ""]
    rows = [
        RoleRow(
            role,
            [counts.votes.get((role, line.option_id), 0) for line in tally.lines],
            counts.ballots[role],
        )
        for role in order
        if role in counts.ballots
    ]
    return Roles(rows, counted_at)


def movements(tally: PollTally) -> list[Movement]:
    """Return how much each share would still move by chance; nothing where only counts may be shown."""
    if not tally.shows_percentages:
        return []
    found = []
    for line in tally.lines:
        low, high = wilson(line.count, tally.n)
        found.append(Movement(line.text, round(line.share * 100), round(low * 100), round(high * 100)))
    return found


def wilson(count: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson score interval (0 to 1) for ``count`` of ``n`` (E. B. Wilson, 1927); z=1.96 is 95 %."""
    share = count / n
    middle = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def doors_of(tally: PollTally) -> list[tuple[str, int]]:
    """Return [(door as the author reads it, ballots)]."""
    return [(str(Ballot.Door(door).label), count) for door, count in tally.by_door.items()]


def consents_of(numbers: Numbers) -> Sequence[tuple[str, int]]:
    """Return [(consent as the author reads it, ballots with words)]."""
    labels = {
        Ballot.Consent.NONE: _("Not to be quoted"),
        Ballot.Consent.ANONYMOUS: _("Quotable without a name"),
        Ballot.Consent.INITIALS: _("Quotable with initials"),
        Ballot.Consent.NAME: _("Quotable with name"),
    }
    return [(label, numbers.consents[consent]) for consent, label in labels.items()]
