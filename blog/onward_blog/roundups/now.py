"""As published, and now: the frozen numbers beside those of today, each with its date and never added up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils import timezone
from laces.components import Component

from .reading import FrozenLine, FrozenQuestion, Reading


@dataclass(frozen=True, slots=True)
class Pair:
    """One answer as it was published, and as it stands today; either may be missing."""

    key: str
    text: str
    published: FrozenLine | None
    count: int | None = None
    percent: int | None = None
    #: How it is worded today, where that is different.
    text_now: str = ""


class AsPublishedAndNow(Component):
    """The questions of a roundup with both numbers; nothing of today of what readers may not see today.

    The same for every reader. Where numbers are shown only to those who have answered, it holds none, and
    ``now.js`` asks for them in the reader's name.
    """

    template_name = "onward_blog/roundups/now.html"

    def __init__(self, roundup: Any) -> None:
        self.roundup = roundup
        self.reading = Reading(roundup.data)

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found = numbers_of(self.reading)
        return {
            "questions": [
                {"question": question, "now": now, "pairs": pairs_of(question, now)}
                for question in self.reading.questions
                if (now := found.get(question.poll_id)) and question.lines
            ],
            "silent": [
                question
                for question in self.reading.questions
                if question.lines and question.poll_id not in found
            ],
            "frozen_at": self.reading.until,
            "today": timezone.now(),
        }


def numbers_of(reading: Reading) -> dict[int, Any]:
    """Return {poll id: NumbersNow} of the questions of a roundup; {} where polls are not installed."""
    if not apps.is_installed("onward_polls"):
        return {}
    from onward_blog.responses.polls.now import numbers_now

    return numbers_now(question.poll_id for question in reading.questions)


def pairs_of(question: FrozenQuestion, now: Any) -> list[Pair]:
    """Return the answers that were published, in their order, then those that were added since."""
    pairs = []
    for line in question.lines:
        text, count, percent = now.counts.get(line.key, ("", None, None))
        pairs.append(Pair(line.key, line.text, line, count, percent, text if text != line.text else ""))
    known = {line.key for line in question.lines}
    added = [
        Pair(key, text, None, count, percent)
        for key, (text, count, percent) in now.counts.items()
        if key not in known
    ]
    return [*pairs, *added]
