"""The next part: a draft that already holds what readers said."""

from typing import Any

import swapper
from django.apps import apps
from django.db import transaction
from django.utils.text import slugify
from wagtail.blocks import StreamBlock

from onward_blog.models import Roundup
from onward_blog.responses.registry import left_out

from .actions import compile_roundup, used_in
from .blocks import RoundupBlock
from .draft import name_of, opening_blocks, title_for
from .errors import DraftLocked, NoPlaceForRoundup, NotAllowed, NothingSaid
from .reading import Reading


def write_next_part(article: Any, *, user: Any) -> Any:
    """Put what readers said about an article at the head of the draft of the next part, and return that draft.

    The draft is the next part in the series that was never published, or a new one. What readers said is frozen in
    a roundup first. The blocks go into a new revision, before everything the author has written: neither a live page
    nor a word in an existing draft is touched. A draft that holds a roundup of this article already is returned as it
    is, so pressing twice is harmless; ``refreshing.refresh_draft`` brings it up to date. Works for every page type
    that uses ArticleMixin and has a StreamField ``body``.

    Raises NextPartError, with a sentence for the author, when nobody has answered (NothingSaid), when the user may
    not edit (NotAllowed), when the draft is locked (DraftLocked), and when the body has no block for a roundup.
    """
    _check_place(article)
    if not may_write_next_part(article, user):
        raise NotAllowed
    begun = find_draft(article)
    if begun is not None and holds_answers(begun, article):
        return begun
    roundup = compile_roundup(article)
    if Reading(roundup.data).is_empty:
        raise NothingSaid(left_out(article))
    with transaction.atomic():
        _hold_series(article)
        draft = find_draft(article)
        _check_allowed(article, draft, user)
        draft = draft or _start_draft(article, user)
        return _insert(draft, roundup, article, user)


def holds_answers(draft: Any, article: Any) -> bool:
    """Return whether a draft holds what readers said about an article, as of some day."""
    return any(roundup.page_id == article.pk for roundup in used_in(draft))


def find_draft(article: Any) -> Any | None:
    """Return the latest revision of the next part that was never published, or None when there is none yet."""
    later = article.get_siblings().filter(path__gt=article.path, live=False, first_published_at=None)
    draft = later.type(type(article)).order_by("path").first()
    return draft.specific.get_latest_revision_as_object() if draft else None


def may_write_next_part(article: Any, user: Any) -> bool:
    """Return whether the user may do it at all: edit the draft there is, or add one."""
    draft = find_draft(article)
    if draft is not None:
        return bool(draft.permissions_for_user(user).can_edit())
    return bool(article.get_parent().permissions_for_user(user).can_add_subpage())


def _check_place(article: Any) -> None:
    stream = _body_block(article)
    if stream is None or name_of(stream, RoundupBlock) is None:
        raise NoPlaceForRoundup


def _body_block(article: Any) -> StreamBlock | None:
    block = getattr(getattr(type(article), "body", None), "field", None)
    return getattr(block, "stream_block", None)


def _hold_series(article: Any) -> None:
    """Let two people who press the button at once make one draft: the second waits for the first."""
    pages = swapper.load_model("wagtailcore", "Page").objects
    list(pages.select_for_update().filter(pk=article.get_parent().pk).values_list("pk"))


def _check_allowed(article: Any, draft: Any | None, user: Any) -> None:
    if not may_write_next_part(article, user):
        raise NotAllowed
    if draft is not None and draft.permissions_for_user(user).page_locked():
        raise DraftLocked(draft, draft.get_lock())


def _start_draft(article: Any, user: Any) -> Any:
    title = title_for(article)
    page = type(article)(title=title, slug=_free_slug(article, title), live=False, owner=user)
    page.locale = article.locale
    if hasattr(article, "author_id"):
        page.author_id = article.author_id
    article.get_parent().add_child(instance=page)
    return page


def _free_slug(article: Any, title: str) -> str:
    taken = {*article.get_parent().get_children().values_list("slug", flat=True), *article.reserved_slugs}
    stem = slugify(title)[:200] or "next-part"
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)


def _insert(draft: Any, roundup: Roundup, article: Any, user: Any) -> Any:
    if holds_answers(draft, article):
        return draft
    for place, block in enumerate(opening_blocks(draft.body.stream_block, roundup)):
        draft.body.insert(place, block)
    _ask_again(draft, article)
    # A draft may be incomplete: it is checked when it goes out.
    draft.save_revision(user=user, log_action=True, clean=False)
    return draft


def _ask_again(draft: Any, article: Any) -> None:
    """Suggest, at the end of the draft, to put the question of the article again."""
    if apps.is_installed("onward_polls"):
        from onward_blog.responses.polls import asked_again

        if block := asked_again(article.body, draft.body.stream_block):
            draft.body.append(block)
