"""What the pages for readers have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from onward_newsletter.conf import get_settings


def page_context(**context: Any) -> dict[str, Any]:
    """Return a page's context, with the template it extends."""
    return {"base_template": get_settings().BASE_TEMPLATE, **context}


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether our own script asks, which swaps a piece of a page."""
    return request.headers.get("X-Requested-With") == "onward"


def private_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep a page whose address is a secret out of caches, referrers and search engines."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return wrapped


def gone(request: HttpRequest) -> HttpResponse:
    """Answer a link that opens nothing any more; the same for damaged, old, replaced and erased ones."""
    return render(request, "onward_newsletter/gone.html", page_context(), status=410)
