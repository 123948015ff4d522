"""Finding things in the body of a page, however deep its author put them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import swapper
from django.contrib.contenttypes.models import ContentType
from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock
from wagtail.fields import StreamField
from wagtail.models import ReferenceIndex


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


def pages_showing(thing: Any) -> list[int]:
    """Return the ids of the pages of any type whose published text refers to this, a poll for example."""
    references = ReferenceIndex.get_references_to(thing).filter(base_content_type=_pages())
    return [int(pk) for pk in references.values_list("object_id", flat=True).distinct()]


def shown_in(pages: Iterable[int], model: Any) -> dict[int, list[int]]:
    """Return {page id: ids of the things of one model that its published text refers to}; one query."""
    kind = ContentType.objects.get_for_model(model)
    references = ReferenceIndex.objects.filter(base_content_type=_pages(), to_content_type=kind)
    wanted = set(pages)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for page, thing in references.values_list("object_id", "to_object_id"):
        if int(page) in wanted:
            found[int(page)].add(int(thing))
    return {page: sorted(things) for page, things in found.items()}


def _pages() -> ContentType:
    page_model = swapper.load_model("wagtailcore", "Page")
    return ContentType.objects.get_for_model(page_model, for_concrete_model=False)
