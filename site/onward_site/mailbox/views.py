"""The mailbox in the browser. Only the embedded site serves it; see ``SERVE_MAILBOX``."""

import re
from typing import Any

from csp.decorators import csp_replace, csp_update
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .letters import newest_letters, read_letter, read_message, text_of


LETTERS_PER_PAGE = 50

#: A mail may style itself and show its pictures; it runs nothing, loads nothing else and sends nothing.
MAIL_POLICY: dict[str, Any] = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "frame-src": ["'none'"],
    "form-action": ["'none'"],
}


@never_cache
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """List the mail, newest first."""
    number = max(1, int(page)) if (page := request.GET.get("page", "1")).isdecimal() and len(page) < 6 else 1
    found, total = newest_letters(LETTERS_PER_PAGE, (number - 1) * LETTERS_PER_PAGE)
    pages = Paginator(range(total), LETTERS_PER_PAGE).get_page(number)
    return render(request, "onward_mailbox/letters.html", {"letters": found, "total": total, "pages": pages})


@never_cache
@require_safe
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """Show one mail: its HTML in a sandbox, its text, and its headers."""
    message = _message_or_404(key)
    context = {
        "letter": read_letter(key),
        "has_html": bool(text_of(message, "html")),
        "text": text_of(message, "plain"),
        "headers": [(name, str(value)) for name, value in message.items()],
    }
    return render(request, "onward_mailbox/letter.html", context)


@never_cache
@require_safe
@csp_replace(MAIL_POLICY)  # type: ignore[arg-type]
def letter_html(request: HttpRequest, key: str) -> HttpResponse:
    """Serve the HTML part by itself, with links that leave the frame."""
    html = text_of(_message_or_404(key), "html")
    with_target, found = re.subn(r"(<head\b[^>]*>)", r'\1<base target="_top">', html, count=1)
    return HttpResponse(with_target if found else f'<base target="_top">{html}')


def _message_or_404(key: str) -> Any:
    try:
        return read_message(key)
    except KeyError as error:
        raise Http404("There is no such mail in the mailbox.") from error
