"""The name of the site a page is read on, kept in the cache: it stands on every page and costs none a query."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.models import Site

from . import versions


SECONDS = 300


def name_of_site(request: HttpRequest | None) -> str:
    """Return the name given under Settings, Sites, or ``WAGTAIL_SITE_NAME`` where none is given."""
    fallback = str(getattr(settings, "WAGTAIL_SITE_NAME", ""))
    if request is None:
        return fallback
    key = f"onward_blog:site_name:{request.get_host()}:{versions.current(versions.EVERY_PAGE)}"
    name = cache.get(key)
    if name is None:
        site = Site.find_for_request(request)
        name = (site.site_name if site else "") or fallback
        cache.set(key, name, SECONDS)
    return str(name)


def name_for_page(page: Any) -> str:
    """Return the name of the site that a page stands in, for mail, where nobody is asking for an address."""
    site = page.get_site() if page else None
    return (site.site_name if site else "") or name_of_site(None)


@receiver([post_save, post_delete], sender=Site, dispatch_uid="onward_blog_site_names")
def _forget(**kwargs: Any) -> None:
    versions.bump(versions.EVERY_PAGE)
