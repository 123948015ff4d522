"""Lists of articles: everything, by tag, by author."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag
from wagtail.url_routing import RouteResult
from wagtail.views import serve

from onward_blog.conf import blog_settings
from onward_blog.models import Author
from onward_blog.serving import same_for_everyone

from .queries import public_articles, with_series
from .routing import find_article, find_series, root_path_of


#: Articles on one page of a list.
PAGE_LENGTH = 30


@require_safe
@same_for_everyone
def archive(request: HttpRequest) -> HttpResponse:
    """List every article, the newest first."""
    return _list(request, public_articles(), title=_("Archive"))


@require_safe
@same_for_everyone
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the articles that carry a tag."""
    found = get_object_or_404(Tag, slug=slug)
    return _list(request, public_articles().filter(tags=found), title=found.name, kicker=_("Tag"))


@require_safe
@same_for_everyone
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Say who an author is, and list what he or she wrote."""
    found = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    return _list(request, public_articles().filter(author=found), title=found.name, author=found)


def page(request: HttpRequest, series: str, article: str = "") -> HttpResponse:
    """Answer with a series or one of its articles; leave every other address of two levels to Wagtail.

    Wagtail finds the same page by walking down the tree. This finds it at once and lets Wagtail serve it, with every
    hook a page goes through.
    """
    path = f"{series}/{article}/" if article else f"{series}/"
    if reverse("wagtail_serve", args=[path]) != request.path:
        raise Http404  # mounted below some prefix, where no page lives
    root = root_path_of(request)
    if root is not None:
        found = find_article(f"{root}{path}") if article else find_series(f"{root}{path}")
        if found is not None:
            request._wagtail_route_for_request = RouteResult(found)  # type: ignore[attr-defined]
    response: HttpResponse = serve(request, path)
    return response


def next_part(request: HttpRequest, series: str) -> HttpResponse:
    """Answer with what is known of the next part of a series; see ``pages.next_part``.

    An article that was given this address before it meant anything keeps it.
    """
    path = f"{series}/next/"
    root = root_path_of(request)
    is_here = root is not None and reverse("wagtail_serve", args=[path]) == request.path
    found = find_series(f"{root}{series}/") if is_here else None
    if found is None or any(part.live and part.slug == "next" for part in found.parts()):
        return page(request, series, "next")
    request._wagtail_route_for_request = RouteResult(found, kwargs={"about_next": True})  # type: ignore[attr-defined]
    response: HttpResponse = serve(request, path)
    return response


def _list(request: HttpRequest, articles: Any, **context: Any) -> HttpResponse:
    page_of_list = Paginator(articles, PAGE_LENGTH).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "onward_blog/pages/article_list.html",
        {
            "base_template": blog_settings().BASE_TEMPLATE,
            "articles": with_series(page_of_list.object_list),
            "page_of_list": page_of_list,
            **context,
        },
    )
