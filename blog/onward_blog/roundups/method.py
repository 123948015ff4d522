"""How a roundup was counted, in sentences that anybody can check: who, when, by which doors, and what was left out."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext


#: How readers came to answer, by the name the door has in the document.
DOORS = {
    "web": gettext_lazy("on the page"),
    "mail": gettext_lazy("from the newsletter"),
    "embed": gettext_lazy("embedded elsewhere"),
}


def method_of(data: Mapping[str, Any]) -> list[str]:
    """Return the sentences for a document, in the language in force. Nothing is said of sampling errors.

    Readers chose to answer, so no such error can be worked out (AAPOR, "Opt-in surveys and margin of error").
    """
    groups = [
        group for source in data["sources"] if source["source"] == "polls" for group in source["groups"]
    ]
    sentences = [
        *(_who(groups) if groups else ()),
        _until(datetime.fromisoformat(data["window"]["until"])),
        *_left_out(groups),
        *_shown(groups),
    ]
    return [sentence for sentence in sentences if sentence]


def doors_line(doors: Mapping[str, int]) -> str:
    """Return "149 on the page, 63 from the newsletter", the page first; "" without an answer."""
    known = [*DOORS, *sorted(set(doors) - set(DOORS))]
    return ", ".join(f"{doors[door]:,} {DOORS.get(door, door)}" for door in known if doors.get(door))


def _who(groups: list[Any]) -> list[str]:
    n = sum(group["total"] for group in groups)
    doors: Counter[str] = Counter()
    for group in groups:
        doors.update(group["facts"]["doors"])
    questions = ngettext("%(n)d question", "%(n)d questions", len(groups)) % {"n": len(groups)}
    answers = ngettext(
        "%(questions)s, %(n)s answer in all: %(doors)s.", "%(questions)s, %(n)s answers in all: %(doors)s.", n
    )
    if not n:
        return []
    return [
        answers % {"questions": questions, "n": f"{n:,}", "doors": doors_line(doors)},
        _(
            "They come from readers who chose to answer. Nobody was drawn as a sample, so the numbers speak for these "
            "readers and for nobody else."
        ),
        _(
            "In each question one answer counts for each browser or mail address, by whichever door; one that was "
            "changed counts as it was changed."
        ),
    ]


def _until(until: datetime) -> str:
    when = date_format(until.astimezone(UTC), "j F Y, H:i")
    return _(
        "Counted up to %(when)s UTC by the clock of the database; later answers belong to a later count."
    ) % {"when": when}


def _left_out(groups: list[Any]) -> list[str]:
    n = sum(group["facts"].get("excluded", 0) for group in groups)
    aside = ngettext(
        "%(n)s answer is kept and set aside, and is in none of these numbers.",
        "%(n)s answers are kept and set aside, and are in none of these numbers.",
        n,
    )
    return [aside % {"n": f"{n:,}"}] if n else []


def _shown(groups: list[Any]) -> list[str]:
    few = any(0 < group["total"] < 10 and group["lines"] for group in groups)
    tables = any(group["facts"].get(name) for group in groups for name in ("roles", "moves"))
    return [
        _("Under 10 answers only counts are shown, no percentages.") if few else "",
        _("In tables, cells of fewer than 5 readers are put together with others.") if tables else "",
        _("Sentences are quoted only where their writers allowed it."),
    ]
