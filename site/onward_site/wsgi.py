"""The WSGI application that granian serves: Django, with finished pages kept in front of it."""

import os

from django.core.wsgi import get_wsgi_application


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onward_site.settings.embedded")

django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402 (only now are they there)

from onward_site.page_cache.layer import PageCache  # noqa: E402 (as above)


application = (
    PageCache(django_application, megabytes=settings.PAGE_CACHE_MEGABYTES)
    if settings.PAGE_CACHE_MEGABYTES
    else django_application
)
