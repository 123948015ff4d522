"""Which polls stand in a page."""

from typing import Any

from wagtail.blocks import Block

from onward_blog.responses.body import walk_block, walk_body
from onward_polls.models import Poll


def polls_of(article: Any) -> list[Poll]:
    """Return the polls in the body of a page, each once, in reading order."""
    found = (value for _block, value in walk_body(article) if isinstance(value, Poll))
    return list({poll.pk: poll for poll in found}.values())


def polls_in(block: Block, value: Any) -> list[Poll]:
    """Return the polls in one block of a body."""
    return [found for _block, found in walk_block(block, value) if isinstance(found, Poll)]
