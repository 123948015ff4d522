"""Polls of copied pages: new ones with the same question and no answers, in every text a page has had."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock
from wagtail.blocks.field_block import ChooserBlock
from wagtail.fields import StreamField

from onward_polls.actions import copy_poll
from onward_polls.desk.offering import match_earlier
from onward_polls.models import Option, Poll

from .finding import polls_of


class NewPolls:
    """The new poll for each old one, made when it is first asked for; the same one for all copies made together."""

    def __init__(self) -> None:
        self.made: dict[int, Poll | None] = {}

    def instead_of(self, pk: Any) -> Any:
        """Return the id of the poll to show instead of this one; an id of no poll stands as it is."""
        if not isinstance(pk, int):
            return pk
        if pk not in self.made:
            old = Poll.objects.filter(pk=pk).first()
            self.made[pk] = copy_poll(old) if old else None
        new = self.made[pk]
        return new.pk if new else pk

    def ask_again_alike(self) -> None:
        """Let a copy follow the copy of the poll that the original followed, where both were copied."""
        for pk, earlier in Poll.objects.filter(pk__in=self.made).values_list("pk", "follows"):
            copy, then = self.made[pk], self.made.get(earlier)
            if copy and then:
                copy.follows = then
                copy.save(update_fields=["follows"])
                match_earlier(copy, Option.objects.filter(poll=copy))


def questions_below(page: Any) -> list[str]:
    """Return the wordings of the polls on a page and on those below it, published or in their drafts."""
    found: dict[int, str] = {}
    for each in _tree(page):
        for text in (each, each.get_latest_revision_as_object()):
            found |= {poll.pk: poll.question for poll in polls_of(text)}
    return list(found.values())


def give_new_polls(page: Any) -> None:
    """Replace the polls on a page and on those below it by new ones that nobody has answered.

    What was copied by ``page.copy()`` shows the same polls until this is called. A poll that stands on several of
    these pages, or was there in an earlier revision, becomes one new poll.
    """
    new = NewPolls()
    with transaction.atomic():
        for each in _tree(page):
            _replace_in_page(each, new)
            for revision in each.revisions.all():
                _replace_in_revision(each, revision, new)
        new.ask_again_alike()


def _tree(page: Any) -> Iterator[Any]:
    yield from page.get_descendants(inclusive=True).specific().iterator()


def _fields(page: Any) -> list[StreamField]:
    return [field for field in page._meta.get_fields() if isinstance(field, StreamField)]


def _replace_in_page(page: Any, new: NewPolls) -> None:
    changed = False
    for field in _fields(page):
        stored = field.stream_block.get_prep_value(getattr(page, field.name))
        replaced = replace_polls(field.stream_block, stored, new)
        if replaced != stored:
            setattr(page, field.name, field.stream_block.to_python(replaced))
            changed = True
    if changed:
        page.save(clean=False)


def _replace_in_revision(page: Any, revision: Any, new: NewPolls) -> None:
    content = dict(revision.content)
    for field in _fields(page):
        if not (text := content.get(field.name)):
            continue
        stored = json.loads(text)
        content[field.name] = json.dumps(replace_polls(field.stream_block, stored, new))
    if content != revision.content:
        type(revision).objects.filter(pk=revision.pk).update(content=content)


def replace_polls(block: Block, value: Any, new: NewPolls) -> Any:
    """Return the stored form of a block with every poll in it replaced."""
    if isinstance(block, ChooserBlock):
        return new.instead_of(value) if block.target_model is Poll else value
    if isinstance(block, StreamBlock) and isinstance(value, list):
        return [_replace_in_child(block, child, new) for child in value]
    if isinstance(block, ListBlock) and isinstance(value, list):
        return [_replace_in_item(block.child_block, item, new) for item in value]
    if isinstance(block, StructBlock) and isinstance(value, dict):
        children = block.child_blocks
        return {
            name: replace_polls(children[name], held, new) if name in children else held
            for name, held in value.items()
        }
    return value


def _replace_in_child(block: StreamBlock, child: dict[str, Any], new: NewPolls) -> dict[str, Any]:
    kind = block.child_blocks.get(child["type"])
    return {**child, "value": replace_polls(kind, child["value"], new)} if kind else child


def _replace_in_item(block: Block, item: Any, new: NewPolls) -> Any:
    if isinstance(item, dict) and item.get("type") == "item":
        return {**item, "value": replace_polls(block, item["value"], new)}
    return replace_polls(block, item, new)
