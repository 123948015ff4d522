"""What only authors see of a poll: what was taken back or set aside, when answers came, and who answered what."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from django.db.models import Count, Q
from django.db.models.functions import TruncDay, TruncHour
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from onward_polls.models import Ballot, FollowUp, Poll, Vote
from onward_polls.tally import PollTally, span_of_ballots


#: A poll whose answers came within this time is shown by the hour, any other by the day.
BY_HOUR = timedelta(hours=72)
#: Bars that a chart has room for: a quarter of a year of days. The newest are kept.
MOST_BARS = 92


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
class Movement:
    """How much one number would still move by chance: a 95 % Wilson interval, in whole per cent."""

    text: str
    percent: int
    low: int
    high: int


def numbers_of(poll: Poll) -> Numbers:
    """Count the ballots of a poll by what became of them (two queries)."""
    stands = Q(withdrawn_at=None)
    wrote = stands & ~Q(words="")
    counts = {"withdrawn": Count("pk", filter=~stands), "wrote": Count("pk", filter=wrote)}
    for consent in Ballot.Consent.values:
        counts[f"consent_{consent}"] = Count("pk", filter=wrote & Q(consent=consent))
    for exclusion in Ballot.Exclusion.values:
        reason = stands & Q(excluded_at__isnull=False, exclusion=exclusion)
        counts[f"aside_{exclusion}"] = Count("pk", filter=reason)
    found = Ballot.objects.filter(poll=poll).aggregate(**counts)
    wishes = FollowUp.objects.filter(ballot__poll=poll, ballot__withdrawn_at=None)
    told = wishes.aggregate(asked=Count("pk"), confirmed=Count("confirmed_at"))
    return Numbers(
        withdrawn=found["withdrawn"],
        wrote=found["wrote"],
        consents={consent: found[f"consent_{consent}"] for consent in Ballot.Consent.values},
        wants_to_be_told=told["asked"],
        confirmed=told["confirmed"],
        aside={reason: found[f"aside_{reason}"] for reason in Ballot.Exclusion.values},
    )


def chart_of(poll: Poll) -> Chart | None:
    """Return when the counted answers came: by the hour over three days, else by the day; None without any."""
    first, last = span_of_ballots(poll)
    if first is None or last is None:
        return None
    is_hourly = last - first <= BY_HOUR
    step = timedelta(hours=1) if is_hourly else timedelta(days=1)
    unit = TruncHour("cast_at") if is_hourly else TruncDay("cast_at")
    since = max(first, last - (MOST_BARS - 1) * step)
    ballots = Ballot.objects.counted().filter(poll=poll, cast_at__gte=since)
    found = Counter(dict(ballots.values_list(unit).annotate(n=Count("pk")).order_by()))
    return _chart(found, is_hourly=is_hourly)


def _chart(found: "Counter[datetime]", *, is_hourly: bool) -> Chart:
    moments = _without_gaps(min(found), max(found), is_hourly=is_hourly)
    most, width = max(found.values()), 100 / len(moments)
    pattern = "j F, H:i" if is_hourly else "j F"
    labels = [date_format(timezone.localtime(moment), pattern) for moment in moments]
    bars = []
    for place, (moment, label) in enumerate(zip(moments, labels, strict=True)):
        height = 100 * found[moment] / most
        at = (f"{place * width:.2f}", f"{height:.1f}", f"{100 - height:.1f}", f"{width * 0.8:.2f}")
        bars.append(Bar(label, found[moment], *at))
    return Chart(bars, is_hourly, most, labels[0], labels[-1])


def _without_gaps(first: datetime, last: datetime, *, is_hourly: bool) -> list[datetime]:
    """Return every hour or day between two, in the site's time; a day may have 23 or 25 hours."""
    if is_hourly:
        return [first + timedelta(hours=n) for n in range(int((last - first) / timedelta(hours=1)) + 1)]
    zone, start, end = timezone.get_current_timezone(), timezone.localtime(first), timezone.localtime(last)
    days = (end.date() - start.date()).days + 1
    naive = start.replace(tzinfo=None)
    return [timezone.make_aware(naive + timedelta(days=n), zone) for n in range(days)]


def roles_of(poll: Poll, tally: PollTally) -> list[RoleRow]:
    """Return what readers of each role marked, every cell as it is: this table is for the author alone.

    One row for each role in the author's order, and "" for readers who did not say (two queries).
    """
    counted = Ballot.objects.counted().filter(poll=poll)
    people = dict(counted.order_by().values_list("role").annotate(n=Count("pk")))
    if not any(people):
        return []
    marks: dict[str, Counter[str]] = defaultdict(Counter)
    votes = Vote.objects.filter(ballot__in=counted).values_list("ballot__role", "option__uuid")
    for role, uuid, n in votes.annotate(n=Count("pk")).order_by():
        marks[role][str(uuid)] += n
    order = [*poll.role_list, *sorted(set(people) - set(poll.role_list) - {""}), ""]
    return [
        RoleRow(role, [marks[role][str(line.option_uuid)] for line in tally.lines], people[role])
        for role in order
        if role in people
    ]


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
