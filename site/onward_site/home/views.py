"""Pages that belong to the site and to no app."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from onward_blog.links import absolute
from onward_blog.serving import same_for_everyone


@require_safe
@same_for_everyone
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept of a reader, why, and how to have it removed."""
    return TemplateResponse(request, "onward_home/privacy.html")


@require_safe
@same_for_everyone
def robots(request: HttpRequest) -> HttpResponse:
    """Tell robots what to leave alone, and where the sitemap is."""
    return TemplateResponse(
        request, "robots.txt", {"sitemap": absolute("/sitemap.xml")}, content_type="text/plain; charset=utf-8"
    )
