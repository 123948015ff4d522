"""The next part: a draft that already holds what readers said."""

from collections.abc import Sequence
from typing import Any

import swapper
from django.apps import apps
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import StreamBlock

from onward_blog.models import Roundup
from onward_blog.responses.registry import left_out

from .actions import compile_roundup, used_in
from .blocks import RoundupBlock
from .draft import name_of, opening_blocks, title_for
from .reading import Reading


class NextPartError(Exception):
    """The next part cannot be written; the message is a sentence for the author."""


class NothingSaid(NextPartError):
    def __init__(self, left_out: Sequence[str] = ()) -> None:
        message = (
            _("Nothing that readers may see was answered, so there is nothing to put into the next part.")
            if left_out
            else _("Nobody has answered yet, so there is nothing to put into the next part.")
        )
        super().__init__(" ".join([str(message), *left_out]))


class NotAllowed(NextPartError):
    def __init__(self) -> None:
        super().__init__(
            _("You may not edit the next part of this series. Ask someone who may publish here.")
        )


class DraftLocked(NextPartError):
    def __init__(self, draft: Any) -> None:
        message = _("The draft “%(title)s” is locked, so nothing was changed. Unlock it and try again.")
        super().__init__(message % {"title": draft.get_admin_display_title()})


class NoPlaceForRoundup(NextPartError):
    def __init__(self) -> None:
        super().__init__(_("The text of this page type has no block for what readers said."))


def write_next_part(article: Any, *, user: Any) -> Any:
    """Put what readers said about an article at the head of the draft of the next part, and return that draft.

    The draft is the next part in the series that was never published, or a new one. What readers said is frozen in
    a roundup first. The blocks go into a new revision, before everything the author has written: neither a live page
    nor a word in an existing draft is touched. With a roundup that the draft already holds, nothing is done, so
    pressing twice is harmless. Works for every page type that uses ArticleMixin and has a StreamField ``body``.

    Raises NextPartError, with a sentence for the author, when nobody has answered (NothingSaid), when the user may
    not edit (NotAllowed), when the draft is locked (DraftLocked), and when the body has no block for a roundup.
    """
    _check_place(article)
    roundup = compile_roundup(article)
    if Reading(roundup.data).is_empty:
        raise NothingSaid(left_out(article))
    with transaction.atomic():
        _hold_series(article)
        draft = find_draft(article)
        _check_allowed(article, draft, user)
        draft = draft or _start_draft(article, user)
        return _insert(draft, roundup, article, user)


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
        raise DraftLocked(draft)


def _start_draft(article: Any, user: Any) -> Any:
    title = title_for(article)
    page = type(article)(title=title, slug=_free_slug(article, title), live=False, owner=user)
    page.locale = article.locale
    if hasattr(article, "author_id"):
        page.author_id = article.author_id
    article.get_parent().add_child(instance=page)
    return page


def _free_slug(article: Any, title: str) -> str:
    taken = set(article.get_parent().get_children().values_list("slug", flat=True))
    stem = slugify(title)[:200] or "next-part"
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)


def _insert(draft: Any, roundup: Roundup, article: Any, user: Any) -> Any:
    used = used_in(draft)
    if roundup in used:
        return draft
    stream = draft.body.stream_block
    has_head = any(other.page_id == article.pk for other in used)
    for place, block in enumerate(opening_blocks(stream, roundup, with_head=not has_head)):
        draft.body.insert(place, block)
    if not has_head:
        _ask_again(draft, article)
    draft.save_revision(user=user, log_action=True)
    return draft


def _ask_again(draft: Any, article: Any) -> None:
    """Suggest, at the end of the draft, to put the question of the article again."""
    if apps.is_installed("onward_polls"):
        from onward_blog.responses.polls import asked_again

        if block := asked_again(article.body, draft.body.stream_block):
            draft.body.append(block)
