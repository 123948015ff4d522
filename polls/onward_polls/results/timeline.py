"""Answers over time, as bars: the same numbers as a picture, as a sentence and as a table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_polls.tally import FEW


#: A picture of fewer days says nothing that a sentence does not say.
FEWEST_DAYS = 3
#: The most bars that can still be told apart on a telephone; longer times are drawn by weeks, then by months.
MOST_BARS = 62

#: In units of the drawing: how much room a bar has, how much of it is filled, and the height of the tallest.
STEP, FILLED, HEIGHT = 12, 9, 56
#: In CSS pixels: how much room a bar gets at most.
WIDEST = 28


@dataclass(frozen=True)
class Bar:
    """The ballots of one day, week or month, and where its bar stands in the drawing."""

    start: date
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Timeline:
    """Ballots by day, week or month from the first to the last, with every empty one in between."""

    #: "day", "week" or "month"
    unit: str
    bars: tuple[Bar, ...]

    width_filled = FILLED
    height = HEIGHT

    @property
    def width(self) -> int:
        return len(self.bars) * STEP

    @property
    def drawn_width(self) -> int:
        """How wide the drawing is where there is room, in CSS pixels."""
        return len(self.bars) * WIDEST

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)

    @property
    def peak(self) -> Bar:
        """The tallest bar, the first of them if there are several."""
        return max(self.bars, key=lambda bar: bar.count)

    @property
    def title(self) -> str:
        return {"day": _("Answers per day"), "week": _("Answers per week"), "month": _("Answers per month")}[
            self.unit
        ]

    @property
    def description(self) -> str:
        """The picture in words."""
        empty = sum(not bar.count for bar in self.bars)
        facts = {
            "total": f"{self.total:,}",
            "first": label(self.bars[0].start, self.unit),
            "last": label(self.bars[-1].start, self.unit),
            "most": f"{self.peak.count:,}",
            "when": label(self.peak.start, self.unit),
        }
        said = _("%(total)s answers from %(first)s to %(last)s; the most, %(most)s, on %(when)s.")
        if self.unit != "day":
            said = _("%(total)s answers from %(first)s to %(last)s; the most, %(most)s, in %(when)s.")
        return f"{said % facts} {_nothing(empty, self.unit)}".strip()

    @property
    def table(self) -> list[tuple[str, str]]:
        """Every bar in words: when, and how many."""
        return [(label(bar.start, self.unit), f"{bar.count:,}") for bar in self.bars]


def timeline(by_day: Sequence[Sequence[str | int]]) -> Timeline | None:
    """Draw [[ISO 8601 date, ballots]], or nothing for under ten ballots or within fewer than three days."""
    counts = Counter({date.fromisoformat(str(day)): int(n) for day, n in by_day})
    if counts.total() < FEW:
        return None
    first, last = min(counts), max(counts)
    days = (last - first).days + 1
    if days < FEWEST_DAYS:
        return None
    unit = "day" if days <= MOST_BARS else "week" if days <= 7 * MOST_BARS else "month"
    sums: Counter[date] = Counter()
    for offset in range(days):
        day = first + timedelta(offset)
        sums[start_of(day, unit)] += counts[day]
    return Timeline(unit, _bars(sums))


def start_of(day: date, unit: str) -> date:
    """Return the day, the Monday of its week, or the first of its month."""
    if unit == "week":
        return day - timedelta(day.weekday())
    return day.replace(day=1) if unit == "month" else day


def label(start: date, unit: str) -> str:
    """Return "3 May 2026", "the week of 1 May 2026" or "May 2026"."""
    if unit == "month":
        return date_format(start, "F Y")
    day = date_format(start, "j F Y")
    return _("the week of %(day)s") % {"day": day} if unit == "week" else day


def _bars(sums: Counter[date]) -> tuple[Bar, ...]:
    tallest = max(sums.values())
    heights = ((start, n, round(HEIGHT * n / tallest, 1)) for start, n in sorted(sums.items()))
    return tuple(
        Bar(start, n, place * STEP, round(HEIGHT - height, 1), height)
        for place, (start, n, height) in enumerate(heights)
    )


def _nothing(empty: int, unit: str) -> str:
    if not empty:
        return ""
    said = {
        "day": ngettext("On %(n)d day nobody answered.", "On %(n)d days nobody answered.", empty),
        "week": ngettext("In %(n)d week nobody answered.", "In %(n)d weeks nobody answered.", empty),
        "month": ngettext("In %(n)d month nobody answered.", "In %(n)d months nobody answered.", empty),
    }
    return said[unit] % {"n": empty}
