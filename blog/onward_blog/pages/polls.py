"""The polls in an article. Import nothing of onward_polls above: a project may have pages without polls."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token


POLL_BLOCKS = frozenset({"poll", "words_question"})


def polls_in(page: Any) -> list[Any]:
    """Return the polls of an article in the order of its text, with their options. Two queries, or none."""
    blocks = [block for block in getattr(page, "body", ()) if block.block_type in POLL_BLOCKS]
    polls = [block.value for block in blocks if block.value is not None]
    if polls:
        prefetch_related_objects(polls, "options", "follows")
    return polls


def poll_fragments(request: HttpRequest, page: Any, csrf: bool) -> dict[str, str]:
    """Return each poll as this reader sees it, under the id of its element; see the hook of the reader's view."""
    polls = polls_in(page)
    if not polls:
        return {}
    from onward_polls.components import PollCard
    from onward_polls.readers import identity_of, view_reader

    identity = identity_of(request)
    token = get_token(request) if csrf else None
    path = page.get_absolute_url()
    cards = {
        poll.pk: PollCard(
            poll, reader=view_reader(poll, identity), csrf_token=token, page_ref=page.pk, next_path=path
        )
        for poll in polls
    }
    return {f"poll-{pk}": card.render_html() for pk, card in cards.items()}


def poll_cookie(request: HttpRequest, page: Any, response: HttpResponseBase) -> None:
    """Give the browser the cookie that a ballot needs, when the page has a poll."""
    if polls_in(page):
        from onward_polls.readers import ensure_identity

        ensure_identity(request, response)
