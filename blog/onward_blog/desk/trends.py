"""How numbers moved from day to day: a drawing of columns for each, and the same in words and as a table.

The blog stands alone, so its charts are its own; they look like those of the newsletter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .funnel import HEADINGS
from .numbers import Day, Numbers, added, shown


#: The drawing's own units; it is stretched to the width there is.
WIDTH, HEIGHT = 600, 120
#: So few columns are drawn no wider than this many would be.
FEWEST = 14
#: The most columns that can be told apart on a telephone; longer times are drawn by weeks, then by months.
MOST = 62
#: What is drawn, each in a chart of its own, since their sizes have nothing to do with each other.
DRAWN = ("answers", "comments", "arrivals", "subscribers")


@dataclass(frozen=True)
class Column:
    """One day, week or month in a drawing. An open one is not over, and is drawn hollow."""

    label: str
    number: int
    x: float
    y: float
    width: float
    height: float
    is_open: bool


@dataclass(frozen=True)
class Mark:
    """Where in the time something happened, as a dashed line; its label stands below the drawing."""

    label: str
    x: float


@dataclass(frozen=True)
class Chart:
    """One number over time."""

    key: str
    heading: str
    summary: str
    columns: Sequence[Column]
    marks: Sequence[Mark]
    most: int

    width = WIDTH
    height = HEIGHT


@dataclass(frozen=True)
class Trend:
    """The charts, and the table behind them: (label, numbers in the order of ``headings``), newest first."""

    unit: str
    charts: Sequence[Chart]
    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


def trend_of(days: Sequence[Day], columns: Sequence[str], events: Iterable[tuple[date, str]]) -> Trend | None:
    """Draw the days up to the last on which something came; None before the first is over.

    ``events`` are (day, label) of what is marked.
    """
    if days and not any(days[-1].numbers.values()):
        days = days[:-1]
    if not days or all(day.is_open for day in days):
        return None
    span = (days[-1].day - days[0].day).days + 1
    unit = "day" if span <= MOST else "week" if span <= 7 * MOST else "month"
    spans = _spans(days, unit)
    marks = _marks(spans, events, unit)
    charts = [_chart(column, spans, marks, unit) for column in DRAWN if column in columns]
    table = [
        (_label(one, unit), [one.numbers.get(column, 0) for column in columns]) for one in reversed(spans)
    ]
    return Trend(
        unit,
        [chart for chart in charts if chart.most],
        [str(HEADINGS[column]) for column in columns],
        [(label, [shown(n) for n in numbers]) for label, numbers in table if any(numbers)],
    )


def start_of(day: date, unit: str) -> date:
    """Return the day, the Monday of its week, or the first of its month."""
    if unit == "week":
        return day - timedelta(day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _spans(days: Sequence[Day], unit: str) -> list[Day]:
    """Return the days put together by unit, with every empty one in between; the open day makes its span open."""
    spans: dict[date, list[Numbers]] = {}
    for offset in range((days[-1].day - days[0].day).days + 1):
        spans.setdefault(start_of(days[0].day + timedelta(offset), unit), [])
    for day in days:
        spans[start_of(day.day, unit)].append(day.numbers)
    last = start_of(days[-1].day, unit) if days[-1].is_open else None
    return [Day(start, added(numbers), start == last) for start, numbers in spans.items()]


def _chart(column: str, spans: Sequence[Day], marks: Sequence[Mark], unit: str) -> Chart:
    numbers = [max(0, span.numbers.get(column, 0)) for span in spans]
    most = max(numbers)
    room = WIDTH / max(len(spans), FEWEST)
    drawn = []
    for place, (span, n) in enumerate(zip(spans, numbers, strict=True)):
        height = round(HEIGHT * n / (most or 1), 1)
        label, x = _label(span, unit), round(place * room, 2)
        drawn.append(
            Column(label, n, x, round(HEIGHT - height, 1), round(room * 0.8, 2), height, span.is_open)
        )
    return Chart(column, str(HEADINGS[column]), _summary(numbers, spans, unit), drawn, marks, most)


def _summary(numbers: Sequence[int], spans: Sequence[Day], unit: str) -> str:
    in_all, most = sum(numbers), max(numbers)
    when = _label(spans[numbers.index(most)], unit)
    said = {
        "day": ngettext("%(n)s in %(spans)s day", "%(n)s in %(spans)s days", len(spans)),
        "week": ngettext("%(n)s in %(spans)s week", "%(n)s in %(spans)s weeks", len(spans)),
        "month": ngettext("%(n)s in %(spans)s month", "%(n)s in %(spans)s months", len(spans)),
    }[unit] % {"n": shown(in_all), "spans": len(spans)}
    text = _("%(said)s; the most, %(most)s, on %(when)s.")
    if unit != "day":
        text = _("%(said)s; the most, %(most)s, in %(when)s.")
    return text % {"said": said, "most": shown(most), "when": when}


def _marks(spans: Sequence[Day], events: Iterable[tuple[date, str]], unit: str) -> list[Mark]:
    places = {span.day: place for place, span in enumerate(spans)}
    room = WIDTH / max(len(spans), FEWEST)
    found = []
    for day, label in events:
        place = places.get(start_of(day, unit))
        if place is not None:
            when = date_format(day, "j M")
            found.append(
                Mark(_("%(what)s, %(when)s") % {"what": label, "when": when}, round(place * room, 2))
            )
    return found


def _label(span: Day, unit: str) -> str:
    if unit == "month":
        text = date_format(span.day, "F Y")
    else:
        text = date_format(span.day, "j F Y")
        text = _("the week of %(day)s") % {"day": text} if unit == "week" else text
    return _("%(time)s, not over yet") % {"time": text} if span.is_open else text


def published(parts: Sequence[Any]) -> list[tuple[date, str]]:
    """Return (day, "Part 2") for each part after the first, which began everything."""
    return [
        (part.first_published_at.date(), _("Part %(number)d") % {"number": number})
        for number, part in enumerate(parts, 1)
        if number > 1 and part.first_published_at
    ]
