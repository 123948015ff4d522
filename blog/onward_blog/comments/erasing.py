"""One person's comments: out, and away."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django_comments.models import Comment

from onward_blog.models import CommentState

from . import states
from .actions import address_key


State = CommentState.State


def export_comments(address: str) -> list[dict[str, Any]]:
    """Return every comment of an address: ``page``, ``name``, ``text``, ``submitted_at`` (ISO 8601), ``state``."""
    found = CommentState.objects.filter(address_key=address_key(address)).select_related("comment", "page")
    return [
        {
            "page": state.page.title,
            "name": state.comment.user_name,
            "text": state.comment.comment,
            "submitted_at": state.comment.submit_date.isoformat(),
            "state": state.state,
        }
        for state in found.order_by("pk")
    ]


def erase_comments(address: str) -> int:
    """Erase the comments of an address and return how many; what others answered stays, below an empty place."""
    now = timezone.now()
    with transaction.atomic():
        found = list(CommentState.objects.filter(address_key=address_key(address)).select_related("comment"))
        for state in found:
            if state.state not in states.REMOVED:
                states.move(state, State.REJECTED, now=now, decided_at=now)
        Comment.objects.filter(pk__in=[state.comment_id for state in found]).update(
            comment="", user_name="", user_email="", user_url="", ip_address=None, user=None
        )
        CommentState.objects.filter(pk__in=[state.pk for state in found]).update(
            html="", address_key="", writer_key="", follows_replies=False
        )
    return len(found)
