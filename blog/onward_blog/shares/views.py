"""Counting shares and arrivals, and the small pages behind the buttons. Only a POST counts."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onward_blog import browser
from onward_blog.conf import blog_settings
from onward_blog.limits import network_of
from onward_blog.serving import public_page_or_404, refuse_foreign_origin

from .actions import Visitor, record_arrival, record_share
from .channels import CHANNELS, Channel
from .codes import PARAMETER
from .components import share_count, share_way


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, page_id: int, channel: str) -> HttpResponse:
    """GET shows the link and a button; POST counts and leads on to where the channel is opened.

    A form's answer leads through a page of ours: browsers that obey ``form-action 'self'`` follow a form nowhere else.
    """
    refuse_foreign_origin(request)
    page, way = _shared_page_or_404(page_id), _channel_or_404(channel)
    if request.method != "POST":
        return _page(request, page, way, counted=False)
    identity = browser.identity_of(request) or browser.new_identity()
    counted = record_share(page.pk, way.slug, _visitor(request, identity))
    response = _answer(request, page, way, counted)
    if browser.identity_of(request) is None:
        browser.remember(response, identity)
    return response


@never_cache
@require_safe
def go(request: HttpRequest, page_id: int, channel: str) -> HttpResponse:
    """Lead on to the channel after its button was pressed; the target comes from the table alone."""
    page, way = _shared_page_or_404(page_id), _channel_or_404(channel)
    response = _page(request, page, way, counted=True)
    if way.opens_a_site:
        response["Refresh"] = f"0; url={share_way(page, way).target}"
    return response


@csrf_exempt
@never_cache
@require_POST
def arrived(request: HttpRequest, page_id: int) -> HttpResponse:
    """Count that somebody came by a shared link; sets no cookie, because reading is no act."""
    refuse_foreign_origin(request)
    page = _shared_page_or_404(page_id)
    agent = request.headers.get("User-Agent", "")
    stand_in = f"{network_of(request)} {agent}"
    visitor = _visitor(request, browser.identity_of(request) or stand_in)
    record_arrival(page.pk, request.POST.get(PARAMETER, ""), visitor)
    return HttpResponse(status=204)


def _answer(request: HttpRequest, page: Any, channel: Channel, counted: bool) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "onward":
        return JsonResponse({"counted": counted, "fragments": {f"share-{page.pk}": share_count(page)}})
    where = reverse("onward_blog:share_go", args=[page.pk, channel.slug])
    return HttpResponseRedirect(where, status=303)


def _page(request: HttpRequest, page: Any, channel: Channel, *, counted: bool) -> HttpResponse:
    context = {
        "base_template": blog_settings().BASE_TEMPLATE,
        "page": page,
        "way": share_way(page, channel),
        "counted": counted,
    }
    return render(request, "onward_blog/shares/share.html", context)


def _visitor(request: HttpRequest, identity: str) -> Visitor:
    return Visitor(identity, network_of(request), request.headers.get("User-Agent", ""))


def _shared_page_or_404(page_id: int) -> Any:
    """Return a page that has an address to pass on; the root of the tree, for one, has none."""
    page = public_page_or_404(page_id)
    if not hasattr(page, "get_absolute_url"):
        raise Http404
    return page


def _channel_or_404(slug: str) -> Channel:
    try:
        return CHANNELS[slug]
    except KeyError:
        raise Http404 from None
