"""Finding things in the body of a page, however deep its author put them."""

from collections.abc import Iterator, Mapping
from typing import Any

from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock
from wagtail.fields import StreamField


def walk_body(page: Any) -> Iterator[tuple[Block, Any]]:
    """Yield every block in the page's StreamFields with its value, in reading order, containers before contents."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            yield from walk_block(field.stream_block, getattr(page, field.name))


def walk_block(block: Block, value: Any) -> Iterator[tuple[Block, Any]]:
    """Yield a block with its value, and everything inside it."""
    yield block, value
    if value is None:
        return
    if isinstance(block, StreamBlock):
        for child in value:
            yield from walk_block(child.block, child.value)
    elif isinstance(block, ListBlock):
        for item in value:
            yield from walk_block(block.child_block, item)
    # Wagtail's ImageBlock is a StructBlock whose value is an image.
    elif isinstance(block, StructBlock) and isinstance(value, Mapping):
        for name, child_block in block.child_blocks.items():
            yield from walk_block(child_block, value.get(name))
