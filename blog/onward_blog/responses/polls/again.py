"""Asking a question again in the next part."""

from typing import Any

from wagtail.blocks import StreamBlock, StructValue

from onward_polls.actions import ask_again
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
            return child.block_type, ask_again(child.value)
        if isinstance(child.value, StructValue):
            names = [
                name for name, held in child.value.items() if isinstance(held, Poll) and held.kind != "words"
            ]
            if names:
                value = {**child.value, names[0]: ask_again(child.value[names[0]])}
                return child.block_type, child.block.normalize(value)
    return None
