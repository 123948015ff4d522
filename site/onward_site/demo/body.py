"""From the demo's texts to what a StreamField stores."""

import uuid
from collections.abc import Callable
from typing import Any

from .content.pictures import ALL_PICTURES
from .content.shapes import ArticleText
from .stage import Stage


CAPTIONS = {text.name: text for text in ALL_PICTURES}


def body_of(stage: Stage, text: ArticleText) -> list[dict[str, Any]]:
    """Return the stored form of an article's body: one {"type", "value", "id"} for each block."""
    return [
        {"type": block, "value": MAKERS[block](stage, value), "id": _block_id(text, place)}
        for place, (block, value) in enumerate(text.body)
    ]


def _block_id(text: ArticleText, place: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"onward-demo:{text.slug}:{place}"))


def _paragraph(_stage: Stage, text: str) -> str:
    return f"<p>{text}</p>"


def _heading(_stage: Stage, text: str) -> str:
    return text


def _list(_stage: Stage, lines: tuple[str, ...]) -> dict[str, Any]:
    items = [
        {"type": "item", "value": f"<p>{line}</p>", "id": str(uuid.uuid5(uuid.NAMESPACE_URL, line))}
        for line in lines
    ]
    return {"numbered": True, "items": items}


def _image(stage: Stage, name: str) -> dict[str, Any]:
    text = CAPTIONS[name]
    image = {"image": stage.pictures[name].pk, "decorative": False, "alt_text": text.alt}
    return {"image": image, "caption": text.caption, "wide": False}


def _quote(_stage: Stage, value: tuple[str, str]) -> dict[str, str]:
    quote, source = value
    return {"quote": quote, "source": source}


def _poll(stage: Stage, name: str) -> int:
    return int(stage.polls[name].pk)


def _next_part(_stage: Stage, note: str | None) -> dict[str, str]:
    return {"note": note or ""}


def _nothing(_stage: Stage, _value: None) -> None:
    """Leave a block without a value, or for somebody else to fill."""


def _author(_stage: Stage, _value: None) -> dict[str, None]:
    return {"author": None}


MAKERS: dict[str, Callable[[Stage, Any], Any]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "list": _list,
    "image": _image,
    "quote": _quote,
    "poll": _poll,
    "words_question": _poll,
    "next_part": _next_part,
    "subscribe": _nothing,
    "we_asked": _nothing,
    "roundup": _nothing,
    "author": _author,
}
