"""How a page is answered: the same bytes for every anonymous reader, and nothing of it for a private page."""

from typing import Any
from urllib.parse import urlsplit

import swapper
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _


def public_page_or_404(page_id: int) -> Any:
    """Return the specific page if any reader may open it: live, and neither it nor a parent private."""
    page_model = swapper.load_model("wagtailcore", "Page")
    page = page_model.objects.live().filter(pk=page_id).first()
    if page is None or page.get_view_restrictions().exists():
        raise Http404
    return page.specific


def refuse_foreign_origin(request: HttpRequest) -> None:
    """Raise PermissionDenied when a browser says that the request comes from another site."""
    origin = request.headers.get("Origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.get_host():
        raise PermissionDenied(_("This request came from another site, so nothing was done."))
