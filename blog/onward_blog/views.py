"""The fragment of an article that belongs to one reader."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from wagtail import hooks

from .serving import public_page_or_404, refuse_foreign_origin


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reader(request: HttpRequest, page_id: int) -> HttpResponse:
    """Answer ``{"fragments": {element id: html}, "csrf": token or null}`` for one live public page.

    GET sets no cookie and carries no token. POST is the reader's first touch of a form: it changes nothing, but
    gives a token and the cookies by which a form knows this browser again.

    Hooks: ``onward_reader_fragments``, ``fn(request, page, csrf) -> {element id: html}``; ``csrf`` says whether the
    forms may carry a token. ``onward_reader_cookies``, ``fn(request, page, response)``, called for POST only.
    """
    refuse_foreign_origin(request)
    page = public_page_or_404(page_id)
    with_token = request.method == "POST"
    fragments: dict[str, str] = {}
    for fn in hooks.get_hooks("onward_reader_fragments"):
        fragments.update(fn(request, page, with_token))
    response = JsonResponse({"fragments": fragments, "csrf": get_token(request) if with_token else None})
    response["Cache-Control"] = "private, no-store"
    if with_token:
        for fn in hooks.get_hooks("onward_reader_cookies"):
            fn(request, page, response)
    return response
