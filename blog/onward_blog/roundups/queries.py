"""Where roundups were used, and what of them readers may see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import swapper
from django.db.models import F, QuerySet

from onward_blog.models import Roundup, RoundupQuote, RoundupUse


@dataclass
class Taker:
    """A live page that took up what readers of an article answered, and which of it."""

    page: Any
    #: {poll id: where on the page its numbers stand}, without the "#".
    polls: dict[int, str] = field(default_factory=dict)
    #: {comment id: where on the page it is quoted}
    comments: dict[int, str] = field(default_factory=dict)


def takers_of(page: Any) -> list[Taker]:
    """Return the live pages that published a roundup of this page, in the order of the tree. Two queries."""
    uses = RoundupUse.objects.filter(
        roundup__page=page.pk, published_at__isnull=False, page__live=True
    ).exclude(page=page.pk)
    uses = uses.select_related("page").annotate(sources=F("roundup__data__sources"))
    takers: dict[int, Taker] = {}
    of_use: dict[int, Taker] = {}
    for use in uses.order_by("page__path", "pk"):
        taker = of_use[use.pk] = takers.setdefault(use.page_id, Taker(use.page))
        for poll in _poll_ids(use.sources):
            taker.polls.setdefault(poll, anchor_of(use.roundup_id, poll))
    if of_use:
        for use_id, comment, quote in _quoted_comments(of_use):
            of_use[use_id].comments.setdefault(comment, f"quote-{quote}")
    return list(takers.values())


def taken_up_in(page: Any) -> Any:
    """Return the live pages that published a roundup of this page, in the order of the tree. One query."""
    return (
        swapper.load_model("wagtailcore", "Page")
        .objects.live()
        .filter(onward_roundup_uses__roundup__page=page.pk, onward_roundup_uses__published_at__isnull=False)
        .exclude(pk=page.pk)
        .distinct()
        .order_by("path")
    )


def anchor_of(roundup_id: int, poll_id: int) -> str:
    """Return the id of the element in which a roundup shows a question."""
    return f"roundup-{roundup_id}-poll-{poll_id}"


def public_uses(roundup: Roundup) -> QuerySet[RoundupUse]:
    """Return the uses of a roundup in parts that everybody can open, with their pages, the first one first."""
    open_pages = swapper.load_model("wagtailcore", "Page").objects.live().public()
    uses = roundup.uses.filter(published_at__isnull=False, page__in=open_pages)
    return uses.select_related("page").order_by("published_at", "pk")


def published_quotes(roundup: Roundup) -> QuerySet[RoundupQuote]:
    """Return the quotes that a public part shows, those among them that were taken back since too.

    What the author did not choose stays out of sight: readers allowed to be quoted, and authors decide who is.
    """
    return roundup.quotes.filter(uses__in=public_uses(roundup).values("pk")).order_by("pk").distinct()


def taken_back(roundup: Roundup) -> int:
    """Return how many sentences of a roundup were taken back by those who wrote them."""
    return roundup.quotes.exclude(withdrawn_at=None).count()


def _poll_ids(sources: list[Mapping[str, Any]]) -> Iterator[int]:
    for source in sources:
        if source["source"] == "polls":
            yield from (int(g["key"].removeprefix("poll:")) for g in source["groups"] if g["total"])


def _quoted_comments(use_ids: Mapping[int, Any]) -> Iterator[tuple[int, int, int]]:
    """Yield (use, comment, quote) of the comments that are quoted; one query."""
    links = RoundupUse.quotes.through.objects.filter(
        roundupuse__in=list(use_ids), roundupquote__source="comments", roundupquote__withdrawn_at=None
    )
    rows = links.order_by("roundupuse_id", "roundupquote_id")
    for use, comment, quote in rows.values_list("roundupuse", "roundupquote__source_key", "roundupquote"):
        if comment.isdecimal():
            yield use, int(comment), quote
