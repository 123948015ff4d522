"""The way from an article to the next one, step by step: how many went how far, and of whom that is a part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onward_blog import mailing

from .numbers import COLUMNS, Numbers, shown


HEADINGS = {
    "mailed": gettext_lazy("Mailed"),
    "arrivals": gettext_lazy("Arrivals"),
    "answers": gettext_lazy("Answers"),
    "words": gettext_lazy("Sentences"),
    "comments": gettext_lazy("Comments"),
    "shares": gettext_lazy("Shares"),
    "subscribers": gettext_lazy("Subscribers"),
}
#: What each number counts, for whoever wants to know exactly.
MEANINGS = {
    "mailed": gettext_lazy("mails that a mail server took"),
    "arrivals": gettext_lazy("browsers that came by a share link, once a day each"),
    "answers": gettext_lazy("readers who answered, once for each question"),
    "words": gettext_lazy("answers with a sentence of the reader’s own"),
    "comments": gettext_lazy("public comments of readers, without the author’s own"),
    "shares": gettext_lazy("presses of a share button, once a day for each browser"),
    "subscribers": gettext_lazy(
        "readers who confirmed that they follow this series, also those who left since"
    ),
}
#: Under this many, a percentage says more than is known; under the second, it says so itself.
FEW, CAREFUL = 10, 30


@dataclass(frozen=True)
class Step:
    """One step of the funnel; ``length`` is that of its bar, in percent of the longest one."""

    key: str
    label: str
    number: int
    new: int
    meaning: str
    note: str
    length: float

    @property
    def shown(self) -> str:
        return "–" if self.is_unknown else shown(self.number)

    @property
    def shown_new(self) -> str:
        return f"+{shown(self.new)}" if self.new else ""

    @property
    def is_unknown(self) -> bool:
        """Whether nobody could have come as far as this yet."""
        return self.key == "came_back" and not self.note


def columns(*, has_followers: bool = True) -> tuple[str, ...]:
    """Return the columns that can be filled: readers follow a series, and without the newsletter none is mailed."""
    no_mail = () if mailing.is_installed() else ("mailed", "subscribers")
    missing = no_mail if has_followers else (*no_mail, "subscribers")
    return tuple(column for column in COLUMNS if column not in missing)


def funnel_of(names: Sequence[str], numbers: Numbers, new: Numbers, back: Any | None) -> list[Step]:
    """Return the steps; ``back`` is a Returned, or None where nothing was asked again."""
    counts = {name: numbers.get(name, 0) for name in names}
    counts["came_back"] = back.came_back if back else 0
    longest = max(counts.values()) or 1
    return [
        Step(
            key=key,
            label=str(HEADINGS.get(key, _("Came back"))),
            number=n,
            new=new.get(key, 0),
            meaning=str(MEANINGS.get(key, _("readers who answered the same question again in a later part"))),
            note=_note(key, numbers, back),
            length=round(100 * n / longest, 1) if n else 0,
        )
        for key, n in counts.items()
    ]


def returned_of(folds: Mapping[int, Mapping[str, Any]]) -> Mapping[int, Any]:
    """Return {page id: Returned}; nothing where polls are not installed."""
    if not apps.is_installed("onward_polls"):
        return {}
    from onward_blog.responses.polls.returning import returned

    return returned(folds)


def part_of(n: int, whole: int, said: str) -> str:
    """Return ``said``, with its %(n)s and %(whole)s, and how much that is: "14 of 87 answers (16%)".

    Without a percentage for few, and with a word of caution for not many.
    """
    text = said % {"n": shown(n), "whole": shown(whole)}
    if whole < FEW:
        return text
    percent = round(100 * n / whole)
    if whole < CAREFUL:
        return _("%(said)s (%(percent)d%%, of few)") % {"said": text, "percent": percent}
    return _("%(said)s (%(percent)d%%)") % {"said": text, "percent": percent}


def from_mails(numbers: Numbers) -> str:
    """Say how many of the mails led to an answer, or return "" where none was mailed."""
    mailed = numbers.get("mailed", 0)
    return (
        part_of(numbers.get("by_mail", 0), mailed, _("%(n)s of %(whole)s mails led to an answer"))
        if mailed
        else ""
    )


def _note(key: str, numbers: Numbers, back: Any | None) -> str:
    """Say of whom a step is a part, where that is known: nobody is followed from one step to another."""
    answers = numbers.get("answers", 0)
    if key == "answers" and answers:
        return from_mails(numbers)
    if key == "words" and answers:
        return part_of(numbers.get("words", 0), answers, _("%(n)s of %(whole)s answers"))
    if key == "arrivals" and (n := numbers.get("shares", 0)):
        return ngettext("after %(n)s share", "after %(n)s shares", n) % {"n": shown(n)}
    if key == "came_back" and back is not None:
        if not back.came_back:
            return _("The question was asked again. Who answers both times is told from five readers on.")
        return part_of(back.came_back, back.of, _("%(n)s of %(whole)s who answered"))
    return ""
