"""Roundups as readers see them, always from the frozen document."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from laces.components import Component

from .queries import anchor_of
from .reading import FrozenQuestion, Reading
from .sentences import (
    caveats,
    median_line,
    reach_line,
    source_line,
    themes_line,
    then_line,
    wording_line,
)


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
    None stands for all that the roundup has. With ``whole`` everything the document says stands beside the numbers,
    as on the roundup's own page.
    """

    template_name = "onward_blog/roundups/roundup_card.html"

    def __init__(
        self,
        roundup: Any,
        *,
        quotes: Sequence[Any] | None = None,
        heading: str = "",
        show_shares: bool = True,
        whole: bool = False,
    ) -> None:
        self.roundup = roundup
        self.reading = Reading(roundup.data)
        self.quotes = quotes
        self.heading = heading
        self.show_shares = show_shares
        self.whole = whole

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {
            "roundup": self.roundup,
            "reading": self.reading,
            "heading": self.heading,
            "part_name": part_name(self.reading),
            "questions": [self._question(question) for question in self.reading.questions],
            "quote_groups": self._quote_groups(),
            "shares": self._shares(),
            "comments": self._comments(),
            "frozen_at": self.reading.until,
            "permalink": "" if self.whole else permalink(self.roundup),
            "whole": self.whole,
        }

    def _question(self, question: FrozenQuestion) -> dict[str, Any]:
        return {
            "question": question,
            "anchor": anchor_of(self.roundup.pk, question.poll_id),
            "source_line": source_line(question),
            "themes": themes_line(question),
            "then_line": then_line(question),
            "caveats": list(caveats(question)),
            "more": [reach_line(question), median_line(question), wording_line(question)]
            if self.whole
            else [],
            "roles": question.facts.get("roles") if self.whole else None,
            "moves": question.facts.get("moves") if self.whole else None,
        }

    def _quote_groups(self) -> list[dict[str, Any]]:
        roles = {(ref["source"], ref["key"]): ref["role"] for ref in self.roundup.data["quotes"]}
        groups: dict[str, list[Any]] = {role: [] for role in ROLES}
        for quote in self._rows():
            groups.setdefault(roles.get((quote.source, quote.source_key), "words"), []).append(
                self._quote(quote)
            )
        return [
            {"role": role, "title": ROLES.get(role, ROLES["words"]), "quotes": found}
            for role, found in groups.items()
            if found
        ]

    def _rows(self) -> Sequence[Any]:
        if self.quotes is not None:
            return self.quotes
        return list(self.roundup.quotes.filter(withdrawn_at=None).order_by("pk"))

    def _quote(self, quote: Any) -> dict[str, Any]:
        comment = quote.source == "comments"
        return {
            "row": quote,
            "link": address_of("onward_blog:comment", quote.source_key) if comment else "",
            "credit": quote.credit or _("a reader"),
            # What was written for everybody to read needed none.
            "permission": "" if quote.source in ("comments", "questions") else _("quoted with permission"),
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
