"""Sentences that were taken back before a page ever showed them: no placeholder stands for what nobody has read.

A sentence that readers have seen keeps its place, which says that it was taken back. One that was only in a draft goes
when the page goes out, by whatever way that happens: ``ArticleMixin.save`` asks here. Nothing else in the text is
touched, and the revision stays as its author left it.
"""

import copy
from collections.abc import Collection, Iterator
from typing import Any

from wagtail.blocks import Block
from wagtail.log_actions import log

from onward_blog.models import RoundupQuote

from .blocks import RoundupBlock
from .stored import quote_id, quote_ids, stored_bodies, walk_stored


#: In the page's history.
LEFT_OUT = "onward_blog.quotes_left_out"


def leave_out_unread(page: Any, update_fields: Collection[str] | None) -> int:
    """Take quotes that were taken back before this page showed them out of what is saved as live; return how many.

    Without quotes in the page this asks the database nothing, and without one taken back once.
    """
    if not page.live:
        return 0
    bodies = [each for each in stored_bodies(page) if update_fields is None or each[0].name in update_fields]
    unread = _taken_back({pk for field, stored in bodies for pk in _quoted(field.stream_block, stored)})
    unread -= _shown_before(page) if unread else set()
    for field, stored in bodies if unread else ():
        left = copy.deepcopy(stored)
        for value in _roundups(field.stream_block, left):
            value["quotes"] = [item for item in value.get("quotes") or [] if quote_id(item) not in unread]
        if left != stored:
            setattr(page, field.name, field.stream_block.to_python(left))
    return len(unread)


def note_left_out(page: Any, left_out: int) -> None:
    """Say in the page's history how many sentences did not go out with it."""
    if left_out:
        log(page, LEFT_OUT, data={"quotes": left_out})


def _taken_back(pks: Collection[int]) -> set[int]:
    if not pks:
        return set()
    gone = RoundupQuote.objects.filter(pk__in=pks, withdrawn_at__isnull=False)
    return set(gone.values_list("pk", flat=True))


def _shown_before(page: Any) -> set[int]:
    """Return the quotes in what readers have last been shown of a page; none where it was never out."""
    before = type(page).objects.filter(pk=page.pk, first_published_at__isnull=False).first()
    if before is None:
        return set()
    return {pk for field, stored in stored_bodies(before) for pk in _quoted(field.stream_block, stored)}


def _quoted(stream: Block, stored: Any) -> Iterator[int]:
    for value in _roundups(stream, stored):
        yield from quote_ids(value)


def _roundups(stream: Block, stored: Any) -> Iterator[dict[str, Any]]:
    for block, value in walk_stored(stream, stored):
        if isinstance(block, RoundupBlock) and isinstance(value, dict):
            yield value
