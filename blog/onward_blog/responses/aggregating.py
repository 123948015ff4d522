"""Writing down, once and for good, what readers did on each day: a row for each article and for each series.

A page has a mark up to which its windows are written. A step counts the next day outside of any transaction, then
moves the mark and writes the row in one: whoever moved it first has written the row, and all others go on. So it may
run any number of times at once, be killed anywhere, and goes on where it was.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Max, Min, QuerySet

from onward_blog.mailing.numbers import followers_in, mails_in
from onward_blog.mixins import SeriesMixin
from onward_blog.models import ResponseWindow, WindowMark

from .canonical import sha256_of
from .folding import article_models, published_once
from .registry import response_sources
from .windows import DAY, day_of, last_settled_midnight, within


Numbers = dict[str, int]

#: Counts a page in [since, until).
Count = Callable[[Any, datetime | None, datetime], Numbers]

#: Called with how many days have been closed, and how many there are to close.
Tell = Callable[[int, int], object]


@dataclass(frozen=True)
class Progress:
    """What a run did: the rows it wrote, the days that are left to do, and the midnight it goes up to."""

    written: int
    left: int
    until: datetime


def aggregate_responses(
    *, seconds: float | None = None, until: datetime | None = None, tell: Tell = lambda done, total: None
) -> Progress:
    """Write the windows of every day that is over, for each article and series, the oldest first.

    Stops after so many seconds, at the earliest after one step; the next run goes on there. ``until``, a midnight in
    UTC, leaves later days for later. The pages are those that readers can open or once could.
    """
    end = last_settled_midnight()
    end = min(end, day_of(until)) if until else end
    deadline = None if seconds is None else time.monotonic() + seconds
    pages = {pk: model for models in (article_models(), series_models()) for pk, model in _published(models)}
    _begin_all(pages, end)
    total, done, written = _days_left(pages, end), 0, 0
    for days, wrote in _steps(pages, end):
        done, written = done + days, written + wrote
        tell(min(done, total), total)
        if deadline is not None and time.monotonic() >= deadline:
            break
    return Progress(written, _days_left(pages, end), end)


def series_models() -> list[Any]:
    """Return every concrete page type that is a series, the project's own too."""
    return [model for model in apps.get_models() if issubclass(model, SeriesMixin)]


def _published(models: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    for model in models:
        for pk in published_once(model).order_by("pk").values_list("pk", flat=True):
            yield pk, model


def _days_left(pages: Iterable[int], end: datetime) -> int:
    marks = dict(WindowMark.objects.filter(until__lt=end).values_list("page_id", "until"))
    return sum((end - marks[pk]).days for pk in pages if pk in marks)


def _begin_all(pages: Mapping[int, Any], end: datetime) -> None:
    """Give every page a mark that has none, articles before series."""
    begun = set(WindowMark.objects.values_list("page_id", flat=True))
    for pk, model in pages.items():
        if pk not in begun and (page := model.objects.filter(pk=pk).first()):
            first = _first_day(page, end)
            last = ResponseWindow.objects.filter(page=pk).aggregate(last=Max("until"))["last"]
            mark = {"began": first, "until": max(first, last or first)}
            WindowMark.objects.get_or_create(page_id=pk, defaults=mark)


def _first_day(page: Any, end: datetime) -> datetime:
    """Return the first day of a page: of its first answer or its publication, or else ``end``.

    A part begins where the windows of its series have come, because those are written: its first window holds
    whatever it brings along.
    """
    if isinstance(page, SeriesMixin):
        first: datetime | None = _marks_below(page).aggregate(first=Min("began"))["first"]
        return first or end
    summaries = (source.summarise(page) for source in response_sources().values())
    moments = [summary.first_at for summary in summaries if summary]
    first = min((day_of(moment) for moment in (*moments, page.first_published_at) if moment), default=end)
    mark = WindowMark.objects.filter(page=page.series.pk).first() if page.series else None
    return max(first, mark.until) if mark else first


def _steps(pages: Mapping[int, Any], end: datetime) -> Iterator[tuple[int, bool]]:
    """Close one day after the other; yield how many days each step closed, and whether it wrote a row."""
    behind = WindowMark.objects.filter(until__lt=end).order_by("until", "page_id")
    due = [pk for pk in behind.values_list("page_id", flat=True) if pk in pages]
    # A series has the sums of its articles, so they come first.
    for pk in sorted(due, key=lambda pk: issubclass(pages[pk], SeriesMixin)):
        # Loaded only now, one at a time: a body may be long.
        page = pages[pk].objects.filter(pk=pk).first()
        if isinstance(page, SeriesMixin):
            yield from _close(page, _numbers_of_series, _end_of_series(page, pages, end))
        elif page is not None:
            yield from _close(page, numbers_of, end)


def _close(page: Any, count: Count, end: datetime) -> Iterator[tuple[int, bool]]:
    while (mark := WindowMark.objects.filter(page=page.pk).first()) and mark.until < end:
        since, until, numbers = _next_window(page, count, mark, end)
        yield (until - mark.until).days, _write(page, mark, since, until, numbers)


def _marks_below(series: Any) -> "QuerySet[WindowMark]":
    return WindowMark.objects.filter(page__path__startswith=series.path, page__depth=series.depth + 1)


def _end_of_series(series: Any, pages: Mapping[int, Any], end: datetime) -> datetime:
    """Return up to where the windows of all parts of a series are written."""
    marks = dict(_marks_below(series).values_list("page_id", "until"))
    return min((until for pk, until in marks.items() if pk in pages), default=end)


def _next_window(
    page: Any, count: Count, mark: WindowMark, end: datetime
) -> tuple[datetime, datetime, Numbers]:
    """Return the next day with anything in it, as (since, until, numbers); without numbers where there is none.

    Quiet days are skipped in strides that double, and a stride that is not quiet is looked at again by halves.
    """
    since, stride = mark.until, DAY
    while since < end:
        until = min(since + stride, end)
        numbers = count(page, None if since == mark.began else since, until)
        if not any(numbers.values()):
            since, stride = until, stride * 2
        elif until - since == DAY:
            return since, until, numbers
        else:
            stride = max(DAY, DAY * ((until - since).days // 2))
    return end, end, {}


def _write(page: Any, mark: WindowMark, since: datetime, until: datetime, numbers: Numbers) -> bool:
    """Move the mark on and write the row, both or neither; return whether this call did."""
    with transaction.atomic():
        if not WindowMark.objects.filter(page=page.pk, until=mark.until).update(until=until) or not numbers:
            return False
        window = {"numbers": numbers, "sha256": sha256_of(numbers), "until": until}
        _row, made = ResponseWindow.objects.get_or_create(page_id=page.pk, since=since, defaults=window)
    return made


def numbers_of(article: Any, since: datetime | None, until: datetime) -> Numbers:
    """Return the numbers of an article in a window, by column; see ``windows``.

    Raises ImproperlyConfigured when two sources have the same column.
    """
    found: Numbers = {}
    for slug, source in response_sources().items():
        numbers = source.numbers(article, since, until) if hasattr(source, "numbers") else {}
        if twice := found.keys() & numbers.keys():
            raise ImproperlyConfigured(
                f"The response source {slug!r} counts {sorted(twice)}, which another one counts already. "
                "Give its numbers other names."
            )
        found |= numbers
    return found | mails_in(article, since, until)


def _numbers_of_series(series: Any, since: datetime | None, until: datetime) -> Numbers:
    """Return the sums over the articles of a series, and the subscriptions to it."""
    parts = _marks_below(series).values("page")
    windows = ResponseWindow.objects.filter(within("since", since, until), page__in=parts)
    sums: Counter[str] = Counter()
    for numbers in windows.values_list("numbers", flat=True):
        sums.update(numbers)
    return {**sums, **followers_in(series, since, until)}
