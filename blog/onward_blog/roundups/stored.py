"""The stored form of a text: what its JSON holds, found without loading a poll, a quote or a picture."""

from collections.abc import Iterator, Mapping
from typing import Any

from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock
from wagtail.fields import StreamField


def stored_bodies(page: Any) -> Iterator[tuple[StreamField, Any]]:
    """Yield every StreamField of a page with the stored form of its value: a list of {"type", "value", "id"}."""
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            yield field, field.stream_block.get_prep_value(getattr(page, field.name))


def walk_stored(block: Block, value: Any) -> Iterator[tuple[Block, Any]]:
    """Yield a block with its stored value, and everything inside it, in reading order."""
    yield block, value
    for child_block, child in _inside(block, value):
        yield from walk_stored(child_block, child)


def _inside(block: Block, value: Any) -> list[tuple[Block, Any]]:
    if isinstance(block, ListBlock) and isinstance(value, list):
        return [(block.child_block, _of_item(item)) for item in value]
    if isinstance(block, StreamBlock) and isinstance(value, list):
        held = [(child["type"], child["value"]) for child in value]
    elif isinstance(block, StructBlock) and isinstance(value, dict):
        held = list(value.items())
    else:
        return []
    return [(block.child_blocks[name], each) for name, each in held if name in block.child_blocks]


def _of_item(item: Any) -> Any:
    is_wrapped = isinstance(item, dict) and item.get("type") == "item"
    return item["value"] if is_wrapped else item


def quote_ids(value: Mapping[str, Any]) -> list[int]:
    """Return the primary keys of the quotes in a stored RoundupBlock, in their order."""
    return [pk for item in value.get("quotes") or [] if (pk := quote_id(item))]


def quote_id(item: Any) -> int:
    """Return the primary key in one item of such a list; 0 where nothing was chosen."""
    return int(_of_item(item) or 0)
