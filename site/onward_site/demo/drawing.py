"""The demo's pictures, drawn from code in the palette of the site: paper, rules and one accent."""

import random
from collections.abc import Callable
from io import BytesIO
from itertools import product
from math import cos, pi, sin

from PIL import Image, ImageDraw


PAPER, RULE, SOFT = "#f3f0e8", "#e2ded4", "#c9cfcb"
WASH, BAR, ACCENT, INK = "#e0ebe7", "#b4cfc9", "#0f5c5c", "#1d2226"

#: Drawn twice as large as stored, because Pillow's shapes have hard edges.
SCALE = 2
SIZE = (1640, 920)


def draw_picture(name: str) -> bytes:
    """Return the PNG of the picture of that name; the same bytes every time."""
    canvas = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), PAPER)
    PICTURES[name](_Pen(ImageDraw.Draw(canvas)))
    stored = BytesIO()
    canvas.resize(SIZE, Image.Resampling.LANCZOS).quantize(64).save(stored, "PNG", optimize=True)
    return stored.getvalue()


class _Pen:
    """Pillow's pen in stored pixels."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self.draw = draw

    def block(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        box = [x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE]
        self.draw.rounded_rectangle(box, radius=7 * SCALE, fill=fill)

    def circle(self, x: float, y: float, radius: float, fill: str, outline: str | None = None) -> None:
        box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self.draw.ellipse(box, fill=fill, outline=outline, width=4 * SCALE)

    def line(self, start: tuple[float, float], end: tuple[float, float], fill: str) -> None:
        ends = [(x * SCALE, y * SCALE) for x, y in (start, end)]
        self.draw.line(ends, fill=fill, width=4 * SCALE)


#: (column, half hour) of the two half hours spent on coaching.
COACHING = {(2, 13), (4, 4)}


def _week(pen: _Pen) -> None:
    """Five columns of eighteen half hours; runs of one colour are one piece of work."""
    rng = random.Random("week")  # noqa: S311 (a drawing, not a secret)
    for day in range(5):
        hour = 0
        while hour < 18:
            run = _run_length(rng, day, hour)
            dark = (day, hour) in COACHING
            fill = ACCENT if dark else rng.choices((SOFT, BAR, WASH, RULE), (9, 5, 4, 2))[0]
            pen.block(130 + day * 282, 70 + hour * 44, 252, run * 44 - 10, fill)
            hour += run


def _run_length(rng: random.Random, day: int, hour: int) -> int:
    """Return 1 for coaching, else one to four half hours that stop before coaching or the end of the day."""
    if (day, hour) in COACHING:
        return 1
    stops = [start for column, start in COACHING if column == day and start > hour]
    return min(rng.choice((1, 1, 2, 2, 3, 4)), min([*stops, 18]) - hour)


def _eight(pen: _Pen) -> None:
    """Draw eight circles around one; the sizes are unequal because the eight jobs are."""
    middle = (820.0, 460.0)
    radii = (74, 60, 104, 88, 56, 66, 80, 94)
    angles = [place * pi / 4 - pi / 8 for place in range(8)]
    spots = [(middle[0] + 560 * cos(angle), middle[1] + 322 * sin(angle)) for angle in angles]
    for spot in spots:
        pen.line(middle, spot, RULE)
    for place, (spot, radius) in enumerate(zip(spots, radii, strict=True)):
        pen.circle(*spot, radius, (WASH, BAR)[place % 2], PAPER)
    pen.circle(*middle, 46, ACCENT, PAPER)


#: Whose square is filled in each of the three meetings.
SPOKE = ({0, 4}, {1, 5, 8}, {0, 1, 2, 3, 4, 5, 6, 7, 8})


def _meetings(pen: _Pen) -> None:
    for row, person in product(range(3), range(9)):
        x, y = 172 + person * 146, 130 + row * 240
        if person in SPOKE[row]:
            pen.block(x, y, 120, 180, ACCENT if row == 2 else BAR)
            continue
        pen.block(x, y, 120, 180, SOFT)
        pen.block(x + 4, y + 4, 112, 172, PAPER)


PICTURES: dict[str, Callable[[_Pen], None]] = {"week": _week, "eight": _eight, "meetings": _meetings}
