"""What the host mounts: Wagtail, and the addresses its settings name."""

from django.conf import settings
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls


urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    *(path(address, include(module)) for address, module in settings.OWN_ADDRESSES.items()),
    path("", include(wagtail_urls)),
]
