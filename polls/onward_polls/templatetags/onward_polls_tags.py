"""Template tags that put a poll on a page."""

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.utils.safestring import SafeString

from onward_polls.components import EmbedCode, PollCard
from onward_polls.models import Poll


register = template.Library()


@register.simple_tag(takes_context=True)
def poll_card(context: template.Context, poll: Poll | None) -> str:
    """Render the card of a poll, the same for every reader; nothing if the poll no longer exists.

    ``page`` in the context, if it is a page, is remembered as the place where readers answer.
    """
    if poll is None:
        return ""
    page: Any = context.get("page")
    page_ref = getattr(page, "pk", None)
    url = getattr(page, "get_url", None)
    next_path = urlsplit(url() or "").path if page_ref and callable(url) else ""
    card: SafeString = PollCard(poll, page_ref=page_ref, next_path=next_path).render_html()
    return card


@register.simple_tag
def embed_code(poll: Poll) -> str:
    """Render the code with which another site shows a poll in a frame, ready to be copied."""
    code: SafeString = EmbedCode(poll).render_html()
    return code
