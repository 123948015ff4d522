"""The dashboard's numbers as CSV (RFC 4180), for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from onward_blog.spreadsheets import safe_cell

from .dashboard import Book, Entry
from .funnel import HEADINGS, columns
from .numbers import Day


def by_article(book: Book) -> Iterator[Sequence[Any]]:
    """Yield a heading, then a row for each series and one for each article in it, with its numbers in all.

    A cell is empty where there can be no number: readers follow a series and no single part, and nobody comes back
    to what was not asked again.
    """
    names = [HEADINGS[column] for column in columns()]
    yield [_("Row"), _("Series"), _("Part"), _("Article"), _("Published"), *names, _("Came back")]
    for place in book.places:
        title = place.series.title if place.series else ""
        if place.series:
            yield [_("series"), title, "", "", "", *_cells(book.series_entry(place))]
        for entry in book.entries(place):
            moment = entry.page.first_published_at
            day = moment.date().isoformat() if moment else ""
            yield [_("article"), title, entry.number or "", entry.page.title, day, *_cells(entry)]


def _cells(entry: Entry) -> list[Any]:
    by_label = {cell.label: cell.number for cell in entry.cells}
    numbers = [by_label.get(str(HEADINGS[column]), "") for column in columns()]
    return [*numbers, "" if entry.came_back is None else entry.came_back]


def by_day(days: Iterable[Day]) -> Iterator[Sequence[Any]]:
    """Yield a heading, then a row for each day by UTC; the last one is open, and all of them make the totals."""
    yield [_("Day"), _("Over"), *(HEADINGS[column] for column in columns())]
    for day in days:
        over = _("no") if day.is_open else _("yes")
        yield [day.day.isoformat(), over, *(day.numbers.get(column, 0) for column in columns())]


def csv_file(rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """Return the rows as a file to keep; no cell of it is run as a formula."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Cache-Control": "private, no-store"}
    )
    file = f"{slugify(name)[:60] or 'readers'}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    writer = csv.writer(response)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return response
