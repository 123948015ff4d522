"""What the page editor posts: the form of a draft as it stands, to be changed and sent like a browser would."""

import re
from typing import Any

from django.urls import reverse
from wagtail.blocks import Block, BooleanBlock, ListBlock, RichTextBlock, StreamBlock, StructBlock
from wagtail.test.utils.form_data import nested_form_data, rich_text

from onward_blog.roundups.generated import GeneratedBlock, for_editor
from tests.conftest import Person


def address_of_editor(page: Any) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def latest_of(page: Any) -> Any:
    """Return the latest revision of a page as it is stored now."""
    return type(page).objects.get(pk=page.pk).get_latest_revision_as_object()


def form_of_draft(page: Any) -> dict[str, Any]:
    """Return what the editor of the latest revision of an article would post when nothing was touched."""
    latest = latest_of(page)
    stream = latest.body.stream_block
    fields = {
        "title": latest.title,
        "slug": latest.slug,
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
        "comments_enabled": "on",
    }
    names = ("standfirst", "author", "next_question", "next_expected", "tags", "comment_notifications")
    empty = dict.fromkeys((*names, "go_live_at", "expire_at", "seo_title", "search_description"), "")
    return {
        **nested_form_data({**empty, **fields}),
        **posted(stream, stream.get_prep_value(latest.body), "body"),
    }


def posted(block: Block, value: Any, name: str) -> dict[str, Any]:
    """Return the form fields of one block of a text."""
    if isinstance(block, StreamBlock):
        rows = [(block.child_blocks[child["type"]], child) for child in value]
        return _rows(rows, name, typed=True)
    if isinstance(block, ListBlock):
        return _rows([(block.child_block, item) for item in value], name, typed=False)
    if isinstance(block, StructBlock):
        return {
            key: held
            for child, of_child in block.child_blocks.items()
            for key, held in posted(of_child, value.get(child), f"{name}-{child}").items()
        }
    if isinstance(block, BooleanBlock):
        return {name: "on"} if value else {}
    if isinstance(block, GeneratedBlock):
        return {name: for_editor(value, [("A link", "/somewhere/")])}
    if isinstance(block, RichTextBlock):
        return {name: rich_text(value)}
    return {name: "" if value is None else value}


def _rows(rows: list[tuple[Block, dict[str, Any]]], name: str, *, typed: bool) -> dict[str, Any]:
    data: dict[str, Any] = {f"{name}-count": str(len(rows))}
    for place, (block, row) in enumerate(rows):
        data |= {
            f"{name}-{place}-deleted": "",
            f"{name}-{place}-order": str(place),
            f"{name}-{place}-id": row.get("id") or "",
            **({f"{name}-{place}-type": row["type"]} if typed else {}),
            **posted(block, row["value"], f"{name}-{place}-value"),
        }
    return data


def press(person: Person, page: Any, button: str = "", **changes: Any) -> Any:
    """Post the form of a draft with a button ("publish", "submit"; "" saves), after these changes; None takes away."""
    form = {**form_of_draft(page), **changes}
    data = {name: value for name, value in form.items() if value is not None}
    return person.post(address_of_editor(page), {**data, **({f"action-{button}": "1"} if button else {})})


def shown(response: Any) -> str:
    """Return a page of the admin with what its scripts will show written out."""
    page = response.content.decode()
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), page)
