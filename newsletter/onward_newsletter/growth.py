"""How a newsletter grew: subscriptions by week and by where they came from, with a number of queries that is fixed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from .models import Newsletter, Subscription


#: Weeks shown; what was before them counts as where they start from.
WEEKS = 52

#: Sources shown by themselves.
MOST_SOURCES = 20


@dataclass(frozen=True)
class Week:
    """One week: how many subscriptions began and ended in it, and how many there were at its end."""

    begin: datetime
    begun: int
    ended: int
    at_end: int


@dataclass(frozen=True)
class Source:
    """Where subscriptions came from: how many are active, and how many were ever confirmed."""

    name: str
    active: int
    ever: int


def people_of(newsletter: Newsletter) -> int:
    """Return how many people have an active subscription to anything in the newsletter."""
    active = Subscription.objects.active().filter(newsletter=newsletter)
    return active.order_by().values("subscriber").distinct().count()


def weeks_of(newsletter: Newsletter, now: datetime | None = None) -> list[Week]:
    """Return the last 52 weeks, oldest first; [] before anybody has confirmed."""
    confirmed = Subscription.objects.filter(newsletter=newsletter, confirmed_at__isnull=False)
    begun, ended = _by_week(confirmed, "confirmed_at"), _by_week(confirmed, "ended_at")
    if not begun:
        return []
    last = _monday(now or timezone.now())
    first = max(min(begun), last - timedelta(weeks=WEEKS - 1))
    number = sum(n for week, n in begun.items() if week < first)
    number -= sum(n for week, n in ended.items() if week < first)
    weeks = []
    for place in range(round((last - first) / timedelta(weeks=1)) + 1):
        begin = _monday(first + timedelta(weeks=place, hours=12))
        came, went = begun.get(begin, 0), ended.get(begin, 0)
        number += came - went
        weeks.append(Week(begin, came, went, number))
    return weeks


def _monday(moment: datetime) -> datetime:
    """Return the beginning of a moment's week, at midnight by the site's clock."""
    local = timezone.localtime(moment)
    day = (local - timedelta(days=local.weekday())).date()
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _by_week(rows: QuerySet[Subscription], field: str) -> dict[datetime, int]:
    counted = rows.filter(**{f"{field}__isnull": False}).order_by().values(week=TruncWeek(field))
    return {row["week"]: row["number"] for row in counted.annotate(number=Count("pk"))}


def sources_of(newsletter: Newsletter) -> list[Source]:
    """Return where the newsletter's confirmed subscriptions came from, most active ones first."""
    rows = Subscription.objects.filter(newsletter=newsletter, confirmed_at__isnull=False).order_by()
    active = Count("pk", filter=Q(state=Subscription.State.ACTIVE))
    counted = rows.values("source").annotate(active=active, ever=Count("pk")).order_by("-active", "source")
    return [Source(row["source"], row["active"], row["ever"]) for row in counted[:MOST_SOURCES]]
