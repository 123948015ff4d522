"""The polls in an article. Import nothing of onward_polls above: a project may have pages without polls."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token


POLL_BLOCKS = frozenset({"poll", "words_question"})


def polls_in(page: Any) -> list[Any]:
    """Return the polls of an article in the order of its text, with all that is shown of them but the tally.

    Two queries, or none; one more where a question is asked again. The text is given the polls that were found, so that showing it asks for none of them again.
    """
    body: Any = getattr(page, "body", None)
    places = [
        (place, raw)
        for place, raw in enumerate(body.raw_data if body else ())
        if raw["type"] in POLL_BLOCKS and raw["value"]
    ]
    if not places:
        return []
    from onward_polls.models import Poll

    polls = Poll.objects.select_related("breakdown", "follows__breakdown")
    polls = polls.prefetch_related("options", "follows__options")
    found = polls.in_bulk({raw["value"] for _place, raw in places})
    for place, raw in places:
        body[place] = (raw["type"], found.get(raw["value"]), raw.get("id"))
    return [found[raw["value"]] for _place, raw in places if raw["value"] in found]


def poll_fragments(request: HttpRequest, page: Any, csrf: bool) -> dict[str, str]:
    """Return each poll as this reader sees it, under the id of its element; see the hook of the reader's view."""
    polls = polls_in(page)
    if not polls:
        return {}
    from onward_polls.components import PollCard
    from onward_polls.readers import view_request

    token = get_token(request) if csrf else None
    path = page.get_absolute_url()
    cards = {
        poll.pk: PollCard(
            poll, reader=view_request(poll, request), csrf_token=token, page_ref=page.pk, next_path=path
        )
        for poll in polls
    }
    return {f"poll-{pk}": card.render_html() for pk, card in cards.items()}


def poll_cookie(request: HttpRequest, page: Any, response: HttpResponseBase) -> None:
    """Give the browser the cookie that a ballot needs, when the page has a poll."""
    if polls_in(page):
        from onward_polls.readers import ensure_identity

        ensure_identity(request, response)
