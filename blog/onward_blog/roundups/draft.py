"""What the next part starts with: blocks filled from a frozen roundup, for the author to edit, reorder and drop."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.blocks import Block, StreamBlock

from onward_blog.models import Roundup, RoundupQuote

from .blocks import RoundupBlock, WeAskedBlock
from .generated import fingerprints
from .reading import FrozenQuestion, Reading


#: How many of each the draft proposes; the others can be chosen in the editor.
PROPOSED = {"words": 6, "comment": 3, "question": 3}


def opening_blocks(
    stream: StreamBlock, roundup: Roundup, *, with_head: bool = True
) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) for the head of the part: we asked, you said; and the roundup itself."""
    if with_head and (name := name_of(stream, WeAskedBlock)):
        yield name, _we_asked(stream.child_blocks[name], roundup)
    if name := name_of(stream, RoundupBlock):
        yield name, _roundup(stream.child_blocks[name], roundup)


def name_of(stream: StreamBlock, kind: type[Block]) -> str | None:
    """Return the name by which a StreamField offers blocks of this class, or None when it does not."""
    return next((name for name, block in stream.child_blocks.items() if isinstance(block, kind)), None)


def title_for(article: Any) -> str:
    """Suggest a title: the question the article announced, or a plain one."""
    announced = getattr(article, "next_question", "")
    return announced or _("What you said about “%(title)s”") % {"title": article.title}


def proposed_quotes(roundup: Roundup) -> list[RoundupQuote]:
    """Return the quotes that a draft proposes, sentences first, then comments, then open questions."""
    rows = {(quote.source, quote.source_key): quote for quote in roundup.quotes.filter(withdrawn_at=None)}
    return [rows[ref] for ref in proposed_refs(Reading(roundup.data), only=set(rows))]


def proposed_refs(reading: Reading, *, only: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (source, key) of the quotes to propose among these, as many of each role as PROPOSED says.

    The questions that the author picked come before all other open ones, however many they are.
    """
    chosen = []
    for role, most in PROPOSED.items():
        refs = [ref for ref in _spread(reading, reading.quote_refs(role)) if ref in only]
        picked = [ref for ref in refs if ref[0] == "questions"]
        chosen += [*picked, *(ref for ref in refs if ref not in picked)][: max(most, len(picked))]
    return chosen


def _spread(reading: Reading, refs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the quotes so that each question has its turn."""
    seen: dict[str, int] = {}
    turns = []
    for ref in refs:
        about = reading.about(*ref)
        seen[about] = seen.get(about, 0) + 1
        turns.append((seen[about], ref))
    return [ref for _turn, ref in sorted(turns, key=lambda turn: turn[0])]


def _roundup(block: Block, roundup: Roundup) -> Any:
    lines = {"heading": _("What you said")}
    return block.normalize(
        {
            "generated": fingerprints(lines),
            **lines,
            "roundup": roundup,
            "quotes": proposed_quotes(roundup),
            "show_shares": True,
            "accepted": False,
        }
    )


def _we_asked(block: Block, roundup: Roundup) -> Any:
    lines = lines_for(roundup)
    value = {**lines, "changed": "", "roundup": roundup, "accepted": False}
    return block.normalize({"generated": fingerprints(lines), **value})


def lines_for(roundup: Roundup) -> dict[str, str]:
    """Return the lines that the site writes from a roundup: what was asked, the number, and how it goes on."""
    reading = Reading(roundup.data)
    question = reading.leading or next(iter(reading.questions), None)
    figure, said = _said(reading, question)
    return {"asked": question.wording if question else reading.page_title, "figure": figure, "said": said}


def _said(reading: Reading, question: FrozenQuestion | None) -> tuple[str, str]:
    """Return the number to show large, and the sentence that goes on from it."""
    if question is None and (asked := reading.total("questions")) and not reading.total("comments"):
        return str(asked), ngettext("question from a reader.", "questions from readers.", asked)
    if question is None:
        count = reading.total("comments")
        return str(count), ngettext("comment from a reader.", "comments from readers.", count)
    if not question.lines:
        n = question.n
        return str(n), ngettext("reader answered in a sentence.", "readers answered in a sentence.", n)
    first, *rest = question.ranked
    said = ngettext(
        "of %(n)d reader who chose to answer: %(text)s.",
        "of %(n)d readers who chose to answer: %(text)s.",
        question.n,
    ) % {"n": question.n, "text": first.text}
    if rest and rest[0].count:
        then = {"count": rest[0].count, "text": rest[0].text}
        said += " " + ngettext("%(count)d said: %(text)s.", "%(count)d said: %(text)s.", rest[0].count) % then
    return str(first.count), said
