"""Every address of the site."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls


def _mounted(address: str, module: str) -> list[URLResolver]:
    try:
        return [path(address, include(module))] if find_spec(module) else []
    except ImportError:
        return []


urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("sitemap.xml", sitemap, name="sitemap"),
    *_mounted("polls/", "onward_polls.urls"),
    *_mounted("v/", "onward_polls.mail_urls"),
    *_mounted("newsletter/", "onward_newsletter.urls"),
    *_mounted("u/", "onward_newsletter.unsubscribe_urls"),
    *_mounted("", "onward_blog.urls"),
    path("", include("onward_site.home.urls")),
    path("", include("onward_blog.pages.urls")),
]

if settings.SERVE_MAILBOX:
    urlpatterns += [path("mailbox/", include("onward_site.mailbox.urls"))]

if settings.SERVE_MEDIA:
    urlpatterns += [path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT})]

urlpatterns += [path("", include(wagtail_urls))]
