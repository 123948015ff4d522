"""How a page is answered: the same bytes for every anonymous reader, and nothing of it from a private page.

An answer to an anonymous reader depends on nothing in the request but its path, so any cache may keep it. An answer
to somebody who is signed in may hold the editor's bar, so no cache may.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import swapper
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from .conf import blog_settings


View = Callable[..., HttpResponse]
Answer = Callable[..., HttpResponseBase]


def is_signed_in(request: HttpRequest) -> bool:
    """Return whether the request comes from a signed-in session, without touching ``request.session``.

    Reading ``request.session`` would add ``Vary: Cookie`` to the answer, and a stale cookie would be answered with
    another. A request without the session cookie costs nothing here.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key=key)
    return store.get(SESSION_KEY) is not None


def answer(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the response with the headers of law 2, or the 304 that stands for it.

    What already says ``no-store`` (a password form, a page with a restriction) is left alone.
    """
    if "no-store" in response.get("Cache-Control", ""):
        return response
    if is_signed_in(request):
        response["Cache-Control"] = "private, no-store"
        return response
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.add_post_render_callback(lambda rendered: _finish(request, rendered))
        return response
    return _finish(request, response)


def same_for_everyone(view: View) -> Answer:
    """Give the answers of a view the headers of a public page. For views that read nothing but their path."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return answer(request, view(request, *args, **kwargs))

    return answered


def cache_control() -> str:
    """Return what caches are told: browsers ask every time, shared caches keep an answer for a moment."""
    conf = blog_settings()
    return f"public, max-age=0, s-maxage={conf.SHARED_CACHE_SECONDS}, stale-while-revalidate={conf.STALE_SECONDS}"


def _finish(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code != 200 or request.method not in {"GET", "HEAD"}:
        return response
    if not isinstance(response, HttpResponse):
        return response  # a stream has no bytes to compare
    _keep_cookies_out(request)
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:24]}"'
    response["Cache-Control"] = cache_control()
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _keep_cookies_out(request: HttpRequest) -> None:
    """Let no middleware answer a malformed cookie with a new one: a shared cache would hand it to everybody."""
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
    request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)


def public_page_or_404(page_id: int) -> Any:
    """Return the specific page if any reader may open it: live, and neither it nor a parent private."""
    page_model = swapper.load_model("wagtailcore", "Page")
    page = page_model.objects.live().filter(pk=page_id).first()
    if page is None or page.get_view_restrictions().exists():
        raise Http404
    return page.specific


def refuse_foreign_origin(request: HttpRequest) -> None:
    """Raise PermissionDenied when a browser says that the request comes from another site.

    Browsers write "null" for a page that keeps its name to itself; then Sec-Fetch-Site says whether it is another's.
    """
    origin = request.headers.get("Origin") or None
    if origin == "null":
        is_foreign = request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
    else:
        is_foreign = origin is not None and _host_in(origin) != request.get_host()
    if is_foreign:
        raise PermissionDenied(_("This request came from another site, so nothing was done."))


def _host_in(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
