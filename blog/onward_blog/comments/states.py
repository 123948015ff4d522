"""How a comment goes from one state to another, and what follows from it."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment

from onward_blog import signals, versions
from onward_blog.models import CommentState

from . import notices
from .access import page_of


State = CommentState.State

#: What moderators decided against. Upstream's own flag says so too.
REMOVED = {State.REJECTED, State.SPAM}

#: Where a moderator may take a comment, and from where. Nobody but its writer confirms a comment.
MOVES: dict[State, set[State]] = {
    State.PUBLIC: {State.HELD, State.REJECTED, State.SPAM},
    State.REJECTED: {State.HELD, State.PUBLIC, State.SPAM},
    State.SPAM: {State.HELD, State.PUBLIC, State.REJECTED},
    State.HELD: {State.PUBLIC, State.REJECTED, State.SPAM},
}


def move(state: CommentState, target: State, *, now: datetime, **values: Any) -> bool:
    """Take a comment to another state if it is still in the one we know; return whether this call did it.

    The condition stands in the UPDATE, so of two callers at once one moves the comment and the other gets False.
    """
    source = State(state.state)
    changed = CommentState.objects.filter(pk=state.pk, state=source).update(state=target, **values)
    if changed != 1:
        return False
    state.state = target
    for name, value in values.items():
        setattr(state, name, value)
    Comment.objects.filter(pk=state.comment_id).update(
        is_public=target == State.PUBLIC, is_removed=target in REMOVED
    )
    if State.PUBLIC in (source, target):
        _show_or_hide(state, now)
    return True


def _show_or_hide(state: CommentState, now: datetime) -> None:
    page = page_of(state)
    shown = state.state == State.PUBLIC
    if shown:
        _tell_parents_writer(state, page, now)
    transaction.on_commit(partial(versions.bump, state.page_id))
    signal = signals.comment_published if shown else signals.comment_withdrawn
    transaction.on_commit(partial(signal.send, sender=CommentState, comment=state.comment, page=page))


def _tell_parents_writer(state: CommentState, page: Any, now: datetime) -> None:
    comment: XtdComment = state.comment
    if comment.parent_id == comment.pk:
        return
    parent = (
        CommentState.objects.public()
        .filter(comment_id=comment.parent_id, follows_replies=True)
        .exclude(address_key=state.address_key)
        .select_related("comment")
        .first()
    )
    if parent is not None:
        notices.tell_of_reply(parent, state, page, now=now)
