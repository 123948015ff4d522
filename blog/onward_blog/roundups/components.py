"""Roundups as readers see them, always from the frozen document."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from laces.components import Component

from .reading import FrozenQuestion, Reading


#: How a reader came to answer, by the name the door has in the document.
DOORS = {
    "web": gettext_lazy("on the page"),
    "mail": gettext_lazy("from the newsletter"),
    "embed": gettext_lazy("embedded elsewhere"),
}
ROLES = {
    "words": gettext_lazy("In readers’ words"),
    "comment": gettext_lazy("From the comments"),
    "question": gettext_lazy("Still open"),
}


def address_of(name: str, *args: Any) -> str:
    """Return the path behind a name, or "" where the blog's addresses are not mounted."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def permalink(roundup: Any) -> str:
    """Return the public path of a roundup, or "" where the blog's addresses are not mounted."""
    return address_of("onward_blog:roundup", roundup.pk)


def part_name(reading: Reading) -> str:
    """Return how to call the article: "Part 1", or its title when it is in no series."""
    return _("Part %(number)d") % {"number": reading.part} if reading.part else reading.page_title


class RoundupCard(Component):
    """One roundup: what was asked, what was answered, by how many, when, by which door, and in whose words.

    ``quotes`` are RoundupQuote rows, read now: one whose reader took it back shows a sentence in its place.
    None stands for all that the roundup has.
    """

    template_name = "onward_blog/roundups/roundup_card.html"

    def __init__(
        self,
        roundup: Any,
        *,
        quotes: Sequence[Any] | None = None,
        heading: str = "",
        show_shares: bool = True,
        with_permalink: bool = True,
    ) -> None:
        self.roundup = roundup
        self.reading = Reading(roundup.data)
        self.quotes = quotes
        self.heading = heading
        self.show_shares = show_shares
        self.with_permalink = with_permalink

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {
            "roundup": self.roundup,
            "reading": self.reading,
            "heading": self.heading,
            "part_name": part_name(self.reading),
            "questions": [
                {"question": q, "source_line": source_line(q), "themes": themes_line(q)}
                for q in self.reading.questions
            ],
            "quote_groups": self._quote_groups(),
            "shares": self._shares(),
            "comments": self._comments(),
            "frozen_at": self.reading.until,
            "permalink": permalink(self.roundup) if self.with_permalink else "",
        }

    def _quote_groups(self) -> list[dict[str, Any]]:
        quotes = (
            self.roundup.quotes.filter(withdrawn_at=None).order_by("pk")
            if self.quotes is None
            else self.quotes
        )
        roles = {(ref["source"], ref["key"]): ref["role"] for ref in self.roundup.data["quotes"]}
        groups: dict[str, list[Any]] = {role: [] for role in ROLES}
        for quote in quotes:
            groups.setdefault(roles.get((quote.source, quote.source_key), "words"), []).append(
                self._quote(quote)
            )
        return [
            {"role": role, "title": ROLES.get(role, ROLES["words"]), "quotes": found}
            for role, found in groups.items()
            if found
        ]

    def _quote(self, quote: Any) -> dict[str, Any]:
        comment = quote.source == "comments"
        return {
            "row": quote,
            "link": address_of("onward_blog:comment", quote.source_key) if comment else "",
            "credit": quote.credit or _("a reader"),
            "permission": "" if comment else _("quoted with permission"),
        }

    def _shares(self) -> str:
        clicks, arrivals = self.reading.total("shares"), self.reading.fact("shares", "arrivals")
        if not self.show_shares or not clicks:
            return ""
        shared = ngettext("Shared once from here.", "Shared %(n)d times from here.", clicks) % {"n": clicks}
        came = ngettext("%(n)d arrival by a shared link.", "%(n)d arrivals by a shared link.", arrivals) % {
            "n": arrivals
        }
        return f"{shared} {came}" if arrivals else shared

    def _comments(self) -> str:
        n = self.reading.total("comments")
        return ngettext("%(n)d comment.", "%(n)d comments.", n) % {"n": n} if n else ""


class WeAskedCard(Component):
    """We asked, you said, what I changed."""

    template_name = "onward_blog/roundups/we_asked.html"

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        roundup = self.value.get("roundup")
        return {
            "value": self.value,
            "permalink": permalink(roundup) if roundup else "",
            "frozen_at": Reading(roundup.data).until if roundup else None,
        }


def source_line(question: FrozenQuestion) -> str:
    """Return who answered a question, when and by which door, as one honest sentence."""
    who = ngettext("%(n)d reader who chose to answer", "%(n)d readers who chose to answer", question.n) % {
        "n": question.n
    }
    when = span(question.first_at, question.last_at)
    doors = [
        f"{question.doors[door]} {DOORS.get(door, door)}" for door in sorted(question.doors, key=_door_order)
    ]
    line = ", ".join(filter(None, [who, when]))
    line = f"{line}: {', '.join(doors)}." if doors else f"{line}."
    return f"{line} {aside}" if (aside := set_aside_line(question)) else line


def set_aside_line(question: FrozenQuestion) -> str:
    """Return the sentence about the answers that are left out of the numbers; "" when there are none."""
    if not question.excluded:
        return ""
    text = ngettext(
        "%(n)d more answer is set aside and not counted here.",
        "%(n)d more answers are set aside and not counted here.",
        question.excluded,
    )
    return text % {"n": question.excluded}


def themes_line(question: FrozenQuestion) -> str:
    """Return what readers wrote about, as the author sorted it; "" when nothing was sorted."""
    themes = ", ".join(f"{name} ({n})" for name, n in question.ranked_themes)
    return (
        _("What they wrote about, as the author sorts it: %(themes)s.") % {"themes": themes} if themes else ""
    )


def _door_order(door: str) -> tuple[int, str]:
    known = list(DOORS)
    return (known.index(door) if door in known else len(known)), door


def span(first: datetime | None, last: datetime | None) -> str:
    """Return two days as a reader would write them: "2 to 14 May 2026", or one day alone."""
    if first is None or last is None:
        return ""
    start, end = timezone.localtime(first).date(), timezone.localtime(last).date()
    if start == end:
        return date_format(end, "j F Y")
    same_year, same_month = start.year == end.year, (start.year, start.month) == (end.year, end.month)
    begin = date_format(start, "j" if same_month else "j F" if same_year else "j F Y")
    return _("%(first)s to %(last)s") % {"first": begin, "last": date_format(end, "j F Y")}
