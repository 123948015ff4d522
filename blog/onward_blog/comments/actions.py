"""What writers do: write a comment, confirm it, stop the mail about it. What moderators do is in ``moderating``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django_comments_xtd.models import XtdComment

from onward_blog.browser import keyed_hash
from onward_blog.models import CommentState

from . import notices, states, tokens
from .access import may_moderate, page_of, refuse_when_closed
from .errors import CommentRemoved, ConfirmationVoid, UnknownParent
from .forms import QUICK
from .rendering import HTML_VERSION, count_links, render_comment


State = CommentState.State
Reason = CommentState.Reason

#: The deepest level in the database; a reply to a comment there stays on it.
DEEPEST = 2
#: A comment with this many links is held.
MANY_LINKS = 2
#: The same words of the same address on the same page within this time are one comment sent twice.
TWICE = timedelta(minutes=10)


@dataclass(frozen=True)
class Draft:
    """What a writer sent: one comment, not yet stored."""

    text: str
    name: str = ""
    address: str = ""
    reply_to: int | None = None
    follows: bool = False
    #: HMAC of the writer's browser; see ``onward_blog.browser``.
    writer_key: str = ""
    #: Seconds between giving out the form and its return; None where no form was given out.
    form_age: int | None = None


def address_key(address: str) -> str:
    """Return the hash under which one address's comments are found; "" for no address."""
    return keyed_hash("comments.address", address.strip().casefold()) if address else ""


def display_name(user: Any) -> str:
    """Return the name under which an account comments: its author's, its full name, or its login name."""
    author = getattr(user, "onward_author", None)
    return str(author.name if author else user.get_full_name() or user.get_username())[:50]


def post_comment(page: Any, draft: Draft, *, user: Any = None, now: datetime | None = None) -> CommentState:
    """Store a comment and return its state; the same comment sent twice within ten minutes is stored once.

    A guest's comment is unconfirmed, and a mail asks its writer to confirm it. An account's comment needs no mail:
    it is public at once if the account moderates the page, else it follows the same rules as a confirmed one.

    Raises CommentsClosed, or UnknownParent when ``reply_to`` is not a public comment on this page.
    """
    refuse_when_closed(page)
    now = now or timezone.now()
    address = _address_of(user) if user else draft.address
    with transaction.atomic():
        parent = _public_parent(page, draft.reply_to)
        if twin := _twin(page, draft.text, address, user, now):
            return twin
        state = _store(page, draft, parent, address=address, user=user, now=now)
        if user is None:
            notices.ask_to_confirm(state, page)
        else:
            _let_in(state, trusted=may_moderate(user, page), now=now)
    return state


def confirm_comment(token: str, *, now: datetime | None = None) -> CommentState:
    """Let a comment's writer confirm it: it becomes held, or public if its address had a comment approved before.

    Confirming again changes nothing and returns the comment as it is. Raises ConfirmationVoid, ConfirmationExpired,
    CommentRemoved when a moderator decided against it, and CommentsClosed when the page no longer takes comments.
    """
    state = state_of_token(tokens.CONFIRM, token)
    if state.state in states.REMOVED:
        raise CommentRemoved
    if state.state != State.UNCONFIRMED:
        return state
    refuse_when_closed(page_of(state))
    with transaction.atomic():
        if not _let_in(state, trusted=False, now=now or timezone.now()):
            state.refresh_from_db()
    return state


def state_of_token(purpose: str, token: str) -> CommentState:
    """Return the comment that a mail's token belongs to; raise ConfirmationVoid or ConfirmationExpired."""
    comment_id, nonce = tokens.read_token(purpose, token)
    state = CommentState.objects.select_related("comment").filter(comment_id=comment_id, nonce=nonce).first()
    if state is None:
        raise ConfirmationVoid
    return state


def mute(token: str) -> CommentState:
    """Stop mail about replies to the comment of this token; raise ConfirmationVoid or ConfirmationExpired."""
    state = state_of_token(tokens.MUTE, token)
    CommentState.objects.filter(pk=state.pk).update(follows_replies=False)
    XtdComment.norel_objects.filter(pk=state.comment_id).update(followup=False)
    return state


def _address_of(user: Any) -> str:
    return str(getattr(user, user.get_email_field_name(), "") or "")


def _public_parent(page: Any, reply_to: int | None) -> XtdComment | None:
    if reply_to is None:
        return None
    found = CommentState.objects.public().filter(page_id=page.pk, comment_id=reply_to)
    state = found.select_related("comment").first()
    if state is None:
        raise UnknownParent
    return state.comment


def _twin(page: Any, text: str, address: str, user: Any, now: datetime) -> CommentState | None:
    sent = CommentState.objects.filter(
        page_id=page.pk, comment__submit_date__gt=now - TWICE, comment__comment=text
    ).exclude(state__in=states.REMOVED)
    sent = sent.filter(comment__user=user) if user else sent.filter(address_key=address_key(address))
    return sent.select_related("comment").first()


def _store(  # noqa: PLR0913 (a row in each of three tables)
    page: Any, draft: Draft, parent: XtdComment | None, *, address: str, user: Any, now: datetime
) -> CommentState:
    comment = XtdComment(
        content_type=ContentType.objects.get_for_model(page),
        object_pk=str(page.pk),
        site_id=settings.SITE_ID,
        user=user,
        user_name=display_name(user) if user else draft.name,
        user_email=address,
        comment=draft.text,
        submit_date=now,
        is_public=False,
        followup=draft.follows,
        level=min(parent.level + 1, DEEPEST) if parent else 0,
    )
    _insert(comment, parent)
    quick = draft.form_age is not None and draft.form_age < QUICK
    return CommentState.objects.create(
        comment=comment,
        page_id=page.pk,
        reason=Reason.QUICK if quick else "",
        address_key=address_key(address),
        writer_key=draft.writer_key,
        html=render_comment(draft.text),
        html_version=HTML_VERSION,
        follows_replies=draft.follows,
    )


def _insert(comment: XtdComment, parent: XtdComment | None) -> None:
    """Insert a comment without upstream's save, whose order numbers clash when two replies arrive at once.

    Our threads are ordered by time, so the order within upstream's thread is simply the comment's own number.
    """
    models.Model.save(comment, force_insert=True)
    comment.parent_id = parent.pk if parent else comment.pk
    comment.thread_id = parent.thread_id if parent else comment.pk
    comment.order = comment.pk
    XtdComment.norel_objects.filter(pk=comment.pk).update(
        parent_id=comment.parent_id, thread_id=comment.thread_id, order=comment.order
    )


def _let_in(state: CommentState, *, trusted: bool, now: datetime) -> bool:
    """Take a confirmed comment to where it belongs; return False if another call did so first."""
    reason = "" if trusted else _reason_to_hold(state)
    target = State.HELD if reason else State.PUBLIC
    return states.move(state, target, now=now, reason=reason, confirmed_at=now)


def _reason_to_hold(state: CommentState) -> str:
    if state.reason:
        return state.reason
    if count_links(state.html) >= MANY_LINKS:
        return Reason.LINKS
    known = CommentState.objects.public().filter(address_key=state.address_key).exclude(address_key="")
    return "" if known.exists() else Reason.FIRST
