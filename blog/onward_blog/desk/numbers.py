"""What came in by article and series, in whole numbers: in all, since a moment, and day by day.

Read from response folds and response windows alone, so that it costs the same for a thousand answers and a million.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import IntegerField, Max, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from onward_blog.mailing.numbers import followers_by_series, mails_by_page
from onward_blog.models import AuthorDesk, ResponseFold, ResponseWindow, WindowMark

from .places import Place, ids_in


#: {column: how many}; a column that is missing is 0.
Numbers = Mapping[str, int]

#: The columns of the author's screens, in the order in which one leads to the next.
COLUMNS = ("mailed", "arrivals", "answers", "words", "comments", "shares", "subscribers")
#: Those that the response fold of an article holds, up to this minute.
FOLDED = ("answers", "words", "comments", "shares", "arrivals")
#: What is kept of the windows of an article, and of a series: its other numbers are those of its articles.
OF_ARTICLE, OF_SERIES = (*FOLDED, "mailed"), ("subscribers",)


@dataclass(frozen=True)
class Day:
    """What came in on one day by UTC; an open day is not over yet, or not counted yet."""

    day: date
    numbers: Numbers
    is_open: bool = False


@dataclass(frozen=True)
class News:
    """What has come in since a moment, by page; ``is_marked`` when an author marked that moment."""

    since: datetime
    is_marked: bool = False
    numbers: Mapping[int, Numbers] = field(default_factory=dict)

    def of(self, pages: Iterable[int]) -> dict[str, int]:
        """Return the sum over these pages."""
        return added(self.numbers.get(page, {}) for page in pages)


def shown(n: int) -> str:
    """Return a number as it is read: 1,204."""
    return f"{n:,}"


def added(numbers: Iterable[Numbers]) -> dict[str, int]:
    """Return the sums by column."""
    sums: defaultdict[str, int] = defaultdict(int)
    for one in numbers:
        for column, n in one.items():
            sums[column] += n
    return dict(sums)


def folded_numbers(data: Mapping[str, Any]) -> dict[str, int]:
    """Return the columns that a response fold holds, and ``by_mail``: how many mails led to an answer, at least.

    One mail may carry several questions, so it is the answers to the one of them that most answered from their mail.
    """
    polls, shares = data.get("polls", {}), data.get("shares", {})
    doors = [group.get("facts", {}).get("doors", {}) for group in polls.get("groups", [])]
    return {
        "answers": polls.get("total", 0),
        "words": polls.get("facts", {}).get("words", 0),
        "comments": data.get("comments", {}).get("total", 0),
        "shares": shares.get("total", 0),
        "arrivals": shares.get("facts", {}).get("arrivals", 0),
        "by_mail": max((door.get("mail", 0) for door in doors), default=0),
    }


def read_folds(pages: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return {page id: data of its response fold}; one query."""
    return dict(ResponseFold.objects.filter(page__in=pages).values_list("page_id", "data"))


def read_totals(places: Sequence[Place], folds: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, int]]:
    """Return {page id: numbers} of every article and series in these places, up to this minute; few queries."""
    articles, series = ids_in(places), [place.series.pk for place in places if place.series]
    totals = {page: folded_numbers(folds.get(page, {})) for page in articles}
    for pages, column, count in (
        (articles, "mailed", mails_by_page),
        (series, "subscribers", followers_by_series),
    ):
        closed, open_ = _sums(_windows(pages), (column,)), _since_marks(pages, count)
        for page in pages:
            n = closed.get(page, {}).get(column, 0) + open_.get(page, 0)
            totals[page] = {**totals.get(page, {}), column: n}
    return totals


def _since_marks(pages: Sequence[int], count: Callable[..., dict[int, int]]) -> dict[int, int]:
    """Count what no window holds yet; one query, and one more for each moment up to which windows have come."""
    marks = dict(WindowMark.objects.filter(page__in=pages).values_list("page_id", "until"))
    ends: defaultdict[datetime | None, list[int]] = defaultdict(list)
    for page in pages:
        ends[marks.get(page)].append(page)
    found: dict[int, int] = {}
    for end, some in ends.items():
        found |= count(some, end)
    return found


def read_news(desk: AuthorDesk | None, totals: Mapping[int, Numbers], now: datetime) -> News:
    """Return what has come since the author marked the dashboard as seen; else since yesterday began, by UTC."""
    if desk is not None and desk.seen_at:
        return News(desk.seen_at, True, gained(totals, desk.seen))
    yesterday = datetime.combine(now.astimezone(UTC).date() - timedelta(days=1), time(0), tzinfo=UTC)
    # Of a page whose windows have not come that far nobody knows what it was like then.
    marks = WindowMark.objects.filter(page__in=totals, until__gte=yesterday)
    known = {page: totals[page] for page in marks.values_list("page_id", flat=True)}
    then = _sums(_windows(list(known)).filter(until__lte=yesterday), (*OF_ARTICLE, *OF_SERIES))
    return News(yesterday, False, gained(known, {str(page): numbers for page, numbers in then.items()}))


def gained(now: Mapping[int, Numbers], then: Mapping[str, Numbers]) -> dict[int, dict[str, int]]:
    """Return how much larger each number is than it was, by page and column; nothing for what has not grown."""
    grown = {
        page: {column: n - then.get(str(page), {}).get(column, 0) for column, n in numbers.items()}
        for page, numbers in now.items()
    }
    return {page: {column: n for column, n in columns.items() if n > 0} for page, columns in grown.items()}


def read_days(totals: Mapping[int, Numbers], series: Collection[int] = ()) -> list[Day]:
    """Return every day on which something came, with the open one at the end; two queries.

    ``totals`` are those of the pages whose days are asked for; ``series`` are those of them that are series. The
    open day holds whatever no window holds yet, so the days add up to the totals. A number of it is below zero where
    more was taken back than came.
    """
    by_day: defaultdict[date, list[Numbers]] = defaultdict(list)
    for page, since, numbers in _windows(list(totals)).values_list("page_id", "since", "numbers"):
        columns = OF_SERIES if page in series else OF_ARTICLE
        by_day[since.astimezone(UTC).date()].append({column: numbers.get(column, 0) for column in columns})
    days = [Day(day, added(numbers)) for day, numbers in sorted(by_day.items())]
    closed, in_all = added(day.numbers for day in days), added(totals.values())
    rest = {column: n - closed.get(column, 0) for column, n in in_all.items() if column in COLUMNS}
    until = WindowMark.objects.filter(page__in=totals).aggregate(until=Max("until"))["until"]
    return [*days, Day((until or timezone.now()).astimezone(UTC).date(), rest, is_open=True)]


def _windows(pages: Sequence[int]) -> "QuerySet[ResponseWindow]":
    return ResponseWindow.objects.filter(page__in=pages).order_by()


def _sums(windows: "QuerySet[ResponseWindow]", columns: Sequence[str]) -> dict[int, dict[str, int]]:
    """Return {page id: sums by column}; one query, added up by the database."""
    wanted = {
        f"n_{column}": Sum(Cast(KeyTextTransform(column, "numbers"), IntegerField())) for column in columns
    }
    rows: Any = windows.values("page_id").annotate(**wanted)
    return {row["page_id"]: {column: row[f"n_{column}"] or 0 for column in columns} for row in rows}
