"""The part of a page that belongs to one reader, for the page's own no-store fragment."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.middleware.csrf import get_token

from .components import PollCard
from .models import Poll
from .placement import polls_on
from .readers import ReaderView, identity_of, view_reader


def reader_fragments(request: HttpRequest, page: Any, csrf: bool) -> dict[str, str]:
    """Return {"poll-<id>": card} for the polls on a page whose card differs from the one in the page.

    Other cards are left out, so that a choice already made in their form is not swept away.
    """
    identity = identity_of(request)
    token = get_token(request) if csrf else None
    fragments = {}
    for poll in polls_on(page):
        reader = view_reader(poll, identity)
        if _differs(poll, reader):
            card = PollCard(
                poll,
                reader=reader,
                csrf_token=token,
                page_ref=page.pk,
                next_path=urlsplit(page.get_url() or "").path,
            )
            fragments[f"poll-{poll.pk}"] = str(card.render_html())
    return fragments


def _differs(poll: Poll, reader: ReaderView) -> bool:
    """Whether this reader, at this moment, should see something else than everybody does."""
    changed_by_time = bool(poll.opens_at or poll.is_closed or poll.archived_at)
    return reader.ballot is not None or changed_by_time or poll.shows_results(voted=False)
