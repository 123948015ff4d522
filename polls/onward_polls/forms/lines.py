"""Options pasted as lines."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from onward_polls.desk.offering import MOST_OPTIONS, checked_text, too_many
from onward_polls.errors import EditRefused
from onward_polls.models import plain_text


#: "1..5", "0-10", "1 to 7": the points of a scale.
SPAN = re.compile(r"(-?\d{1,4})\s*(?:\.{2,3}|…|-|–|to)\s*(-?\d{1,4})", re.IGNORECASE)

#: What lists look like when they are copied from elsewhere: "- Repair", "* Repair", "• Repair".
BULLET = re.compile(r"^\s*[-*•–]\s+")


def read_lines(pasted: str, *, is_scale: bool) -> list[str]:
    """Return the options in a pasted text: one per line, each once, without the bullets of a list.

    In a scale a single line like "1..5" stands for its points. Raises ValidationError with one sentence for
    each line that is too long, or for more lines than a poll may have options.
    """
    lines = [BULLET.sub("", line) for line in pasted.splitlines() if line.strip()]
    if is_scale and len(lines) == 1 and (span := SPAN.fullmatch(lines[0].strip())):
        lines = points_of(int(span[1]), int(span[2]))
    texts: dict[str, str] = {}
    errors = []
    for line in lines:
        try:
            text = checked_text(line)
        except EditRefused as error:
            errors.append(str(error))
        else:
            texts.setdefault(plain_text(text), text)
    if len(texts) > MOST_OPTIONS:
        errors.append(too_many(len(texts)))
    if errors:
        raise ValidationError(errors)
    return list(texts.values())


def points_of(low: int, high: int) -> list[str]:
    """Return the points of a scale from low to high, both included."""
    if high <= low:
        raise ValidationError(_("A scale goes from its low end to its high end, for example 1..5."))
    if high - low >= MOST_OPTIONS:
        raise ValidationError(too_many(high - low + 1))
    return [str(point) for point in range(low, high + 1)]
