"""The numbers behind the dashboard's screens; a fixed number of queries, however much was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from .funnel import HEADINGS, Step, columns, funnel_of, returned_of
from .numbers import Day, News, Numbers, added, read_days, read_folds, read_news, read_totals, shown
from .places import Place, ids_in
from .seen import desk_of
from .trends import Trend, published, trend_of


@dataclass(frozen=True)
class Cell:
    """One number of a list, and how much of it is new."""

    label: str
    number: int
    new: int = 0

    @property
    def shown(self) -> str:
        return shown(self.number)

    @property
    def shown_new(self) -> str:
        return f"+{shown(self.new)}" if self.new else ""


@dataclass(frozen=True)
class Entry:
    """One article or series in a list; ``came_back`` is None where nothing was asked again."""

    page: Any
    number: int | None
    cells: Sequence[Cell]
    came_back: int | None

    @property
    def shown_back(self) -> str:
        return "–" if self.came_back is None else shown(self.came_back)


@dataclass(frozen=True)
class Book:
    """The numbers of the articles in some places."""

    places: Sequence[Place]
    totals: Mapping[int, Numbers]
    news: News
    returned: Mapping[int, Any]

    @property
    def is_empty(self) -> bool:
        return not any(n for numbers in self.totals.values() for n in numbers.values())

    @property
    def new(self) -> dict[str, int]:
        """What is new, in all places together."""
        return self.news.of(self.totals)

    def of(self, pages: Sequence[int]) -> dict[str, int]:
        """Return the sums over these pages."""
        return added(self.totals.get(page, {}) for page in pages)

    def back(self, pages: Sequence[int]) -> Any | None:
        """Return the Returned of these pages together, or None where nothing was asked again."""
        found = [self.returned[page] for page in pages if page in self.returned]
        if len(found) < 2:
            return found[0] if found else None
        return type(found[0])(sum(each.came_back for each in found), sum(each.of for each in found))

    def series_entry(self, place: Place) -> Entry:
        """Return the line of a series."""
        return self._entry(place.series, place.ids, columns())

    def entries(self, place: Place) -> list[Entry]:
        """Return a line for each part of a place, or for each article outside a series."""
        names, is_series = columns(has_followers=False), place.series is not None
        return [
            self._entry(part, [part.pk], names, number if is_series else None)
            for number, part in enumerate(place.parts, 1)
        ]

    def _entry(
        self, page: Any, pages: Sequence[int], names: Sequence[str], number: int | None = None
    ) -> Entry:
        numbers, new, back = self.of(pages), self.news.of(pages), self.back(pages)
        cells = [Cell(str(HEADINGS[name]), numbers.get(name, 0), new.get(name, 0)) for name in names]
        return Entry(page, number, cells, back.came_back if back else None)

    def funnel(self, pages: Sequence[int], *, has_followers: bool = True) -> list[Step]:
        """Return the steps of these pages together; what is followed is a series, and no single part."""
        names = columns(has_followers=has_followers)
        return funnel_of(names, self.of(pages), self.news.of(pages), self.back(pages))

    def days(self, pages: Sequence[int]) -> list[Day]:
        """Return what came in to these pages day by day; two queries."""
        series = {place.series.pk for place in self.places if place.series}
        return read_days({page: self.totals[page] for page in pages}, series)

    def trend(self, pages: Sequence[int], *, has_followers: bool = True) -> Trend | None:
        """Return how the numbers of these pages moved, with the parts that came out meanwhile marked where it is one series."""
        series = [place for place in self.places if place.series]
        events = published(series[0].parts) if len(series) == 1 else []
        return trend_of(self.days(pages), columns(has_followers=has_followers), events)


def read_book(user: Any, places: Sequence[Place]) -> Book:
    """Return the numbers of every article in these places; nine queries at most."""
    folds = read_folds(ids_in(places))
    totals = read_totals(places, folds)
    return Book(places, totals, read_news(desk_of(user), totals, timezone.now()), returned_of(folds))
