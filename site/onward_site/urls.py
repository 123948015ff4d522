"""Every address of the site."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls


urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("polls/", include("onward_polls.urls")),
    path("v/", include("onward_polls.mail_urls")),
    path("newsletter/", include("onward_newsletter.urls")),
    path("u/", include("onward_newsletter.unsubscribe_urls")),
    path("webhooks/", include("onward_newsletter.webhook_urls")),
    path("", include("onward_blog.urls")),
    path("", include("onward_site.home.urls")),
]

if settings.SERVE_MAILBOX:
    urlpatterns += [path("mailbox/", include("onward_site.mailbox.urls"))]

if settings.SERVE_MEDIA:
    urlpatterns += [path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT})]

# Pages come last: any word could be the address of one.
urlpatterns += [
    path("", include("onward_blog.pages.urls")),
    path("", include(wagtail_urls)),
]
