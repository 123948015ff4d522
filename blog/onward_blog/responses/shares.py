"""How often an article was passed on, and how many came by it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from onward_blog.models import ShareCount

from .base import Group, Line, Quote, ResponseSummary
from .windows import database_now


class ShareSource:
    """Shares are counted by day, so a day belongs to the window in which it ends, at midnight UTC.

    What was shared today can only be in a later window: until the day is over, its count is not known.
    """

    slug = "shares"
    label = _("Shares")

    def summarise(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> ResponseSummary | None:
        """Return the share clicks by channel as lines, with the arrivals they brought as facts."""
        days = _days([article.pk], since, until)
        rows = (
            days.values("channel").annotate(n=Sum("clicks"), came=Sum("arrivals")).order_by("-n", "channel")
        )
        lines = tuple(Line(r["channel"], r["channel"], r["n"], {"arrivals": r["came"]}) for r in rows)
        ends = days.aggregate(first=Min("day"), last=Max("day"))
        total = sum(line.count for line in lines)
        return ResponseSummary(
            source=self.slug,
            label=str(self.label),
            total=total,
            groups=(Group("shares", "", "shares", total, lines),) if lines else (),
            first_at=_midnight(ends["first"]),
            last_at=_end_of(ends["last"]) if until else _midnight(ends["last"]),
            facts={"arrivals": sum(line.facts["arrivals"] for line in lines)},
        )

    def quotes(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Quote]:
        """Return nothing: a share has no words."""
        return []

    def shown(self, article: Any) -> Any:
        """Return the clicks by channel, which stand in the page."""
        rows = _days([article.pk], None, None).values("channel").annotate(n=Sum("clicks"))
        return {row["channel"]: row["n"] for row in rows.order_by("channel")}

    def numbers(self, article: Any, since: datetime | None, until: datetime) -> dict[str, int]:
        """Return the shares and the arrivals of the days that ended in the window; one query."""
        found = _days([article.pk], since, until).aggregate(shares=Sum("clicks"), arrivals=Sum("arrivals"))
        return {column: n or 0 for column, n in found.items()}

    def marks(self, pages: Sequence[int]) -> dict[int, str]:
        """Return what was counted since yesterday, the only days that still change; one query."""
        rows = ShareCount.objects.filter(page__in=pages, day__gte=database_now().date() - timedelta(days=1))
        counted = rows.values_list("page_id").annotate(Sum("clicks"), Sum("arrivals"))
        return {page: f"{clicks}/{arrivals}" for page, clicks, arrivals in counted}

    def recent(self, articles: Sequence[Any], since: datetime) -> dict[int, dict[str, int]]:
        """Return {page id: {"shares": clicks, "arrivals": arrivals}} from the day of ``since`` on; one query."""
        day = since.astimezone(UTC).date()
        rows = ShareCount.objects.filter(page__in=[page.pk for page in articles], day__gte=day).values(
            "page_id"
        )
        return {
            row["page_id"]: {"shares": row["n"], "arrivals": row["came"]}
            for row in rows.annotate(n=Sum("clicks"), came=Sum("arrivals"))
        }


def _days(pages: Sequence[int], since: datetime | None, until: datetime | None) -> "QuerySet[ShareCount]":
    rows = ShareCount.objects.filter(page__in=pages)
    # The day with a moment in it ends later than that; the one that ends with the moment is over.
    if since is not None:
        rows = rows.filter(day__gte=since.astimezone(UTC).date())
    if until is not None:
        rows = rows.filter(day__lt=until.astimezone(UTC).date())
    return rows


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(0), tzinfo=UTC) if day else None


def _end_of(day: date | None) -> datetime | None:
    """Return the last moment of a day."""
    midnight = _midnight(day)
    return midnight + timedelta(days=1, microseconds=-1) if midnight else None
