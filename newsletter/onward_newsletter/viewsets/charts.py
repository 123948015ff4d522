"""Charts for the admin: drawn by the server as HTML and SVG, read without colour, with the numbers as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from laces.components import Component

from onward_newsletter.results import Line


#: The drawing's own units; it is stretched to the width there is.
WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True)
class Column:
    """One column of a chart over time: what its time is called, and the number."""

    label: str
    number: int


@dataclass(frozen=True)
class DrawnColumn:
    """Where a column stands in the drawing."""

    x: float
    y: float
    width: float
    height: float
    label: str
    number: int


class ColumnChart(Component):
    """Numbers over time. ``columns`` are in order; ``summary`` says in a sentence what is to be seen."""

    template_name = "onward_newsletter/admin/column_chart.html"

    def __init__(self, heading: str, columns: Sequence[Column], *, summary: str, times: str, numbers: str):
        self.heading, self.columns, self.summary = heading, columns, summary
        self.times, self.numbers = times, numbers

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {
            "heading": self.heading,
            "summary": self.summary,
            "times": self.times,
            "numbers": self.numbers,
            "columns": self.columns,
            "drawn": self._drawn(),
            "most": max((column.number for column in self.columns), default=0),
            "width": WIDTH,
            "height": HEIGHT,
        }

    def _drawn(self) -> list[DrawnColumn]:
        """Spread the columns from end to end, where the first and the last are named."""
        most = max((column.number for column in self.columns), default=0) or 1
        width = WIDTH / max(len(self.columns), 12) * 0.8
        step = (WIDTH - width) / max(len(self.columns) - 1, 1)
        drawn = []
        for place, column in enumerate(self.columns):
            height = round(HEIGHT * column.number / most, 1)
            x, y = round(place * step, 2), round(HEIGHT - height, 1)
            drawn.append(DrawnColumn(x, y, round(width, 2), height, label=column.label, number=column.number))
        return drawn


class BarChart(Component):
    """How often each of a few things was the case: a bar and a number each, which is a table at once."""

    template_name = "onward_newsletter/admin/bar_chart.html"

    def __init__(self, heading: str, lines: Sequence[Line], *, empty: str = ""):
        self.heading, self.lines, self.empty = heading, lines, empty

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        most = max((line.number for line in self.lines), default=0) or 1
        shares = [(line, round(100 * line.number / most, 1)) for line in self.lines]
        return {"heading": self.heading, "shares": shares, "empty": self.empty}
