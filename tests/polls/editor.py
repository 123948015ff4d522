"""What a browser sends from the editor of a poll."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from onward_polls.forms.locks import locks_of
from onward_polls.models import Option, Poll
from onward_polls.viewsets import edit_url, poll_viewset


def address(name: str, *args: object) -> str:
    return reverse(poll_viewset.get_url_name(name), args=args)


def rows_of(poll: Poll) -> list[Option]:
    """Return the options that have a row in the editor, in its order."""
    return list(poll.options.filter(is_other=False))


def form_of(
    poll: Poll | None = None, *new: str, remove: tuple[str, ...] = (), **changes: Any
) -> dict[str, Any]:
    """Return what the browser sends from the editor, with some fields changed."""
    options = rows_of(poll) if poll else []
    texts = [*(each.text for each in options), *new]
    fields: dict[str, Any] = {
        "question": poll.question if poll else "What takes most of your week?",
        "kind": poll.kind if poll else "single",
        "results_visibility": "after_voting",
        "min_votes": 1,
        "allow_change": "on",
        "ask_words": "on",
        "options-TOTAL_FORMS": len(texts),
        "options-INITIAL_FORMS": len(options),
        "options-MIN_NUM_FORMS": 0,
        "options-MAX_NUM_FORMS": 1000,
    }
    for place, text in enumerate(texts):
        fields |= {f"options-{place}-text": text, f"options-{place}-ORDER": place + 1}
        fields[f"options-{place}-id"] = options[place].pk if place < len(options) else ""
        if place < len(options) and options[place].follows_id:
            fields[f"options-{place}-follows"] = options[place].follows_id
        if text in remove:
            fields[f"options-{place}-DELETE"] = "1"
    if poll:
        fields |= _of_poll(poll)
    return {**fields, **changes}


def _of_poll(poll: Poll) -> dict[str, Any]:
    """Return what the fields of a saved poll hold; those that are shown only are not sent."""
    fields: dict[str, Any] = {"follows": poll.follows_id or ""}
    other = poll.options.filter(is_other=True, retired_at=None).first()
    if other:
        fields |= {"offer_other": "on", "other_text": other.text}
    return {name: value for name, value in fields.items() if name not in locks_of(poll)}


def save(author: Client, poll: Poll, *new: str, **changes: Any) -> HttpResponse:
    """Press "Save" in the editor of a poll, and check that it was saved."""
    response = author.post(edit_url(poll), form_of(poll, *new, **changes))
    assert response.status_code == 302, text_of(response)
    return response


def text_of(response: HttpResponse) -> str:
    return " ".join(strip_tags(response.content.decode()).split())
