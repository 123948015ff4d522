"""How often an article was passed on, and how many came by it."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from onward_blog.models import ShareCount

from .base import Group, Line, Quote, ResponseSummary


class ShareSource:
    """Shares are counted by day, so a day belongs to the window in which it begins, at midnight UTC."""

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
            last_at=_midnight(ends["last"]),
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

    def recent(self, articles: Sequence[Any], since: datetime) -> dict[int, dict[str, int]]:
        """Return {page id: {"shares": clicks, "arrivals": arrivals}} from the day of ``since`` on; one query."""
        day = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = _days([page.pk for page in articles], day, None).values("page_id")
        return {
            row["page_id"]: {"shares": row["n"], "arrivals": row["came"]}
            for row in rows.annotate(n=Sum("clicks"), came=Sum("arrivals"))
        }


def _days(pages: Sequence[int], since: datetime | None, until: datetime | None) -> "QuerySet[ShareCount]":
    rows = ShareCount.objects.filter(page__in=pages)
    if since is not None:
        rows = rows.filter(day__gte=_first_day_from(since))
    if until is not None:
        rows = rows.filter(day__lt=_first_day_from(until))
    return rows


def _first_day_from(when: datetime) -> Any:
    """Return the first day whose midnight is not before the moment."""
    when = when.astimezone(UTC)
    return when.date() if when.time() == time(0) else when.date() + timedelta(days=1)


def _midnight(day: Any) -> datetime | None:
    return datetime.combine(day, time(0), tzinfo=UTC) if day else None
