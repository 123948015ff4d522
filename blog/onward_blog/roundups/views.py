"""The permanent public address of a roundup, as a page and as data."""

import hashlib
from typing import Any

import swapper
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onward_blog.conf import blog_settings
from onward_blog.metadata import data_block
from onward_blog.models import Roundup
from onward_blog.responses.canonical import canonical_json
from onward_blog.serving import is_signed_in
from onward_blog.site_names import name_of_site

from .citing import citation, dataset_document, licence
from .components import RoundupCard
from .now import AsPublishedAndNow
from .open_data import csv_of
from .queries import public_uses, published_quotes, taken_back
from .reading import Reading


#: What an author who looks ahead sees of the sentences that may be quoted.
MOST_QUOTES = 100


@require_safe
def roundup(request: HttpRequest, roundup_id: int) -> HttpResponseBase:
    """Show a roundup: to everybody once a live part uses it, before that only to people who may edit pages."""
    found, uses = _visible_or_404(request, roundup_id)
    reading, site = Reading(found.data), name_of_site(request)
    quotes = (
        published_quotes(found)
        if uses
        else found.quotes.filter(withdrawn_at=None).order_by("pk")[:MOST_QUOTES]
    )
    context = {
        "roundup": found,
        "reading": reading,
        "card": RoundupCard(found, quotes=list(quotes), heading=_("As published"), whole=True).render_html(),
        "now": AsPublishedAndNow(found).render_html(),
        "base_template": blog_settings().BASE_TEMPLATE,
        "uses": uses,
        "article": _public_page(found.page_id),
        "taken_back": taken_back(found),
        "citation": citation(found, reading, site),
        "licence": licence(),
        "dataset": data_block(dataset_document(found, reading, site)),
    }
    return _answer(
        request, render(request, "onward_blog/roundups/roundup_page.html", context), is_public=bool(uses)
    )


@require_safe
def roundup_json(request: HttpRequest, roundup_id: int) -> HttpResponseBase:
    """Answer the frozen document as it was hashed: canonical JSON, whose SHA-256 is the ETag."""
    found, uses = _visible_or_404(request, roundup_id)
    response = HttpResponse(canonical_json(found.data), content_type="application/json; charset=utf-8")
    return _answer(request, response, is_public=bool(uses), sha256=found.inputs_hash)


@require_safe
def roundup_csv(request: HttpRequest, roundup_id: int) -> HttpResponseBase:
    """Answer the numbers as a table; the columns are described in ``open_data``."""
    found, uses = _visible_or_404(request, roundup_id)
    response = HttpResponse(csv_of(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="roundup-{found.pk}.csv"'
    return _answer(request, response, is_public=bool(uses))


def _answer(
    request: HttpRequest, response: HttpResponse, *, is_public: bool, sha256: str = ""
) -> HttpResponseBase:
    """Let everybody keep what everybody may see, and ask each time: what a reader takes back is gone at once."""
    etag = f'"{sha256 or hashlib.sha256(response.content).hexdigest()}"'
    response["ETag"] = etag
    if not is_public or is_signed_in(request):
        add_never_cache_headers(response)
        return response
    response["Cache-Control"] = "public, no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response


def _visible_or_404(request: HttpRequest, roundup_id: int) -> tuple[Roundup, list[Any]]:
    found = get_object_or_404(Roundup.objects.select_related("page"), pk=roundup_id)
    uses = list(public_uses(found))
    if not uses and not _may_look_ahead(request.user, found):
        raise Http404
    return found, uses


def _may_look_ahead(user: Any, found: Roundup) -> bool:
    """Return whether the user edits the article, and so may see what its readers said before anybody else."""
    return found.page is not None and bool(found.page.permissions_for_user(user).can_edit())


def _public_page(page_id: int | None) -> Any | None:
    """Return the article where it is today, or None when readers cannot open it."""
    return swapper.load_model("wagtailcore", "Page").objects.live().public().filter(pk=page_id).first()
