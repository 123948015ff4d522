"""Asking a question again in the next part."""

from typing import Any

from django.db import transaction
from wagtail.blocks import StreamBlock, StructValue

from onward_polls.actions import copy_poll
from onward_polls.models import Poll


def asked_again(body: Any, stream: StreamBlock) -> tuple[str, Any] | None:
    """Return (block name, value) that puts the first question with options in a body again; None without one.

    The question is a new poll that follows the earlier one, so the change can be shown. A copy that nobody has
    answered yet is used before another one is made.
    """
    for child in body:
        if child.block_type not in stream.child_blocks:
            continue
        if isinstance(child.value, Poll) and child.value.kind != Poll.Kind.WORDS:
            return child.block_type, _following(child.value)
        if isinstance(child.value, StructValue):
            names = [
                name for name, held in child.value.items() if isinstance(held, Poll) and held.kind != "words"
            ]
            if names:
                value = {**child.value, names[0]: _following(child.value[names[0]])}
                return child.block_type, child.block.normalize(value)
    return None


def _following(poll: Poll) -> Poll:
    with transaction.atomic():
        unanswered: Poll | None = (
            poll.followed_by.filter(ballots=None, archived_at=None).order_by("pk").first()
        )
        if unanswered:
            return unanswered
        copy: Poll = copy_poll(poll)
        copy.follows = poll
        copy.save(update_fields=["follows"])
    return copy
