"""The last part of a series: a draft that sums up what the readers of all parts answered."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.blocks import StreamBlock

from onward_blog.mixins import ArticleMixin
from onward_blog.models import Roundup
from onward_blog.roundups.blocks import RoundupBlock, WeAskedBlock
from onward_blog.roundups.draft import name_of, opening_blocks
from onward_blog.roundups.generated import fingerprints
from onward_blog.roundups.reading import Reading
from onward_blog.roundups.sentences import span


#: Sentences proposed from each part; the others can be chosen in the editor.
QUOTES_OF_A_PART = 3


def begin_closing_part(series: Any, roundups: Sequence[Roundup], *, user: Any) -> Any | None:
    """Begin the draft that sums up a series, or return the one begun before; None when there is nothing to sum up.

    It is of the type of the last part that has a place for roundups. To be called in a transaction.
    """
    model = page_type_for(series)
    if model is None or not roundups:
        return None
    slug = slugify(_("summing up")) or "summing-up"
    begun = model.objects.child_of(series).filter(slug=slug, live=False, first_published_at=None).first()
    if begun is not None:
        return begun
    page = model(title=title_for(roundups), slug=_free_slug(series, slug), live=False, owner=user)
    page.locale = series.locale
    if hasattr(page, "author_id") and hasattr(series, "author_id"):
        page.author_id = series.author_id
    page.body = list(_blocks(page.body.stream_block, roundups))
    _last_live(series).add_sibling(pos="right", instance=page)  # before drafts that are never to come out
    page.save_revision(user=user, log_action=True)
    return page


def _last_live(series: Any) -> Any:
    return series.get_children().live().order_by("path").last()


def page_type_for(series: Any) -> Any | None:
    """Return the type of the last part whose text has a place for a roundup; None when there is none."""
    types = [type(part) for part in reversed(series.parts()) if isinstance(part, ArticleMixin)]
    return next((model for model in types if _offers_roundups(model)), None)


def title_for(roundups: Sequence[Roundup]) -> str:
    """Return a title with the numbers: "What 6 parts and 1,140 answers say"."""
    n, answers = len(roundups), sum(Reading(roundup.data).answers for roundup in roundups)
    parts = ngettext("%(n)s part", "%(n)s parts", n) % {"n": shown(n)}
    if not answers:
        return _("What the readers of %(parts)s say") % {"parts": parts}
    given = ngettext("%(n)s answer", "%(n)s answers", answers) % {"n": shown(answers)}
    return _("What %(parts)s and %(answers)s say") % {"parts": parts, "answers": given}


def _offers_roundups(model: Any) -> bool:
    block = getattr(getattr(getattr(model, "body", None), "field", None), "stream_block", None)
    return isinstance(block, StreamBlock) and name_of(block, RoundupBlock) is not None


def _blocks(stream: StreamBlock, roundups: Sequence[Roundup]) -> Iterator[tuple[str, Any]]:
    if name := name_of(stream, WeAskedBlock):
        yield name, stream.child_blocks[name].normalize(_head([Reading(r.data) for r in roundups]))
    for roundup in roundups:
        for name, value in opening_blocks(stream, roundup, with_head=False):
            heading = heading_of(Reading(roundup.data))
            value["heading"] = heading
            value["generated"] = fingerprints({"heading": heading})
            value["quotes"] = list(value["quotes"])[:QUOTES_OF_A_PART]
            value["show_shares"] = False
            yield name, value


def heading_of(reading: Reading) -> str:
    """Return "Part 1: The squeezed manager", no longer than a heading may be."""
    text = _("Part %(number)d: %(title)s") % {"number": reading.part or 0, "title": reading.page_title}
    return (text if reading.part else reading.page_title)[:150]


def _head(readings: Sequence[Reading]) -> dict[str, Any]:
    """Return the first block: how much was asked, how many answered, when, and how many wrote a sentence."""
    questions = [question for reading in readings for question in reading.questions]
    answers, words = (
        sum(reading.answers for reading in readings),
        sum(question.words for question in questions),
    )
    asked = ngettext("%(n)s question", "%(n)s questions", len(questions)) % {"n": shown(len(questions))}
    parts = ngettext("in %(n)s part.", "in %(n)s parts.", len(readings)) % {"n": shown(len(readings))}
    lines = {"asked": f"{asked} {parts}", "figure": shown(answers), "said": _said(questions, answers, words)}
    return {"generated": fingerprints(lines), **lines, "changed": "", "roundup": None, "accepted": False}


def _said(questions: Sequence[Any], answers: int, words: int) -> str:
    first = min((q.first_at for q in questions if q.first_at), default=None)
    last = max((q.last_at for q in questions if q.last_at), default=None)
    said = ngettext(
        "answer by readers who chose to give it", "answers by readers who chose to give them", answers
    )
    said = ", ".join(filter(None, [said, span(first, last)]))
    if not words:
        return f"{said}."
    more = ngettext(
        "%(n)s came with a sentence of the reader’s own.", "%(n)s came with a sentence of their own.", words
    )
    return f"{said}. {more % {'n': shown(words)}}"


def _free_slug(series: Any, slug: str) -> str:
    taken = set(series.get_children().values_list("slug", flat=True))
    numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (slug, *numbered) if name not in taken)


def shown(n: int) -> str:
    """Return a number as readers see it: "1,140"."""
    return str(number_format(n, force_grouping=True))
