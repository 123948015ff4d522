"""The permanent public address of a roundup, as a page and as data."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from onward_blog.conf import blog_settings
from onward_blog.models import Roundup

from .components import RoundupCard
from .document import canonical_json


@require_safe
def roundup(request: HttpRequest, roundup_id: int) -> HttpResponse:
    """Show a roundup: to everybody once a live part uses it, before that only to people who may edit pages."""
    found = _visible_or_404(request, roundup_id)
    context = {
        "roundup": found,
        "card": RoundupCard(found, with_permalink=False).render_html(),
        "base_template": blog_settings().BASE_TEMPLATE,
        "uses": _public_uses(found),
    }
    return render(request, "onward_blog/roundups/roundup_page.html", context)


@require_safe
def roundup_json(request: HttpRequest, roundup_id: int) -> HttpResponse:
    """Answer the frozen document as it was hashed: canonical JSON, whose SHA-256 is the ETag."""
    found = _visible_or_404(request, roundup_id)
    etag = f'"{found.inputs_hash}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(
        canonical_json(found.data), content_type="application/json; charset=utf-8", headers={"ETag": etag}
    )


def _public_uses(found: Roundup) -> Any:
    uses = found.uses.filter(published_at__isnull=False, page__live=True)
    return uses.select_related("page").order_by("published_at", "pk")


def _visible_or_404(request: HttpRequest, roundup_id: int) -> Roundup:
    found = get_object_or_404(Roundup.objects.select_related("page"), pk=roundup_id)
    if not _public_uses(found).exists() and not _may_look_ahead(request.user, found):
        raise Http404
    return found


def _may_look_ahead(user: Any, found: Roundup) -> bool:
    """Return whether the user edits the article, and so may see what its readers said before anybody else."""
    return found.page is not None and bool(found.page.permissions_for_user(user).can_edit())
