"""Mail about comments. Nothing that a guest typed goes to an address that has not been confirmed."""

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from onward_blog.links import absolute
from onward_blog.mail import send_mail
from onward_blog.models import CommentState
from onward_blog.site_names import name_for_page

from . import tokens
from .errors import AddressRefused


#: Seconds in which one comment's writer gets at most one mail about replies to it.
WINDOW = 10 * 60
#: Seconds for which we remember that a reply has been told of: 90 days.
_TOLD = 90 * 24 * 60 * 60


def ask_to_confirm(state: CommentState, page: Any) -> None:
    """Ask the writer of a comment to confirm it. The mail has no word of the comment, nor the name given with it.

    Raises AddressRefused for an address that no mail can be sent to.
    """
    try:
        _ask(state, page)
    except ValueError as error:
        raise AddressRefused from error


def _ask(state: CommentState, page: Any) -> None:
    _send(
        "confirm_comment",
        state,
        subject=_("Confirm your comment"),
        template="confirm",
        context={
            "title": page.title,
            "link": _link("comment_confirm", _token(tokens.CONFIRM, state)),
        },
        key=f"confirm-comment:{state.comment_id}",
    )


def tell_of_reply(parent: CommentState, reply: CommentState, page: Any, *, now: datetime) -> None:
    """Tell a comment's writer, who asked for it, that it was answered: once for each reply, and one mail in ten minutes."""
    if not cache.add(f"onward_blog:reply-told:{reply.comment_id}", True, _TOLD):
        return
    _send(
        "comment_reply",
        parent,
        subject=_("Your comment was answered"),
        template="reply",
        context={
            "title": page.title,
            "name": reply.comment.user_name,
            "link": _link("comment", reply.comment_id),
            "mute_link": _link("comment_mute", _token(tokens.MUTE, parent)),
        },
        key=f"comment-reply:{parent.comment_id}:{int(now.timestamp()) // WINDOW}",
    )


def _send(  # noqa: PLR0913 (the fields of a mail)
    purpose: str, state: CommentState, *, subject: str, template: str, context: dict[str, Any], key: str
) -> None:
    context = {**context, "site_name": name_for_page(state.page), "subject": subject}
    send_mail(
        purpose=purpose,
        address=state.comment.user_email,
        subject=subject,
        text=render_to_string(f"onward_blog/comments/mail/{template}.txt", context).strip() + "\n",
        html=render_to_string(f"onward_blog/comments/mail/{template}.html", context),
        key=key,
    )


def _token(purpose: str, state: CommentState) -> str:
    return tokens.make_token(purpose, comment_id=state.comment_id, nonce=state.nonce)


def _link(name: str, argument: str | int) -> str:
    return absolute(reverse(f"onward_blog:{name}", args=[argument]))
