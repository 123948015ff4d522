"""Does the site know its own address? Links in mail and feeds come from a setting, Wagtail's from its Site."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError
from wagtail.models import Site


@register(Tags.database)
def check_site_address(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn when the default Site in the admin and BASE_URL name different hosts: W001."""
    if "default" not in (databases or ()):
        return []
    try:
        site = Site.objects.filter(is_default_site=True).first()
    except DatabaseError:
        return []  # before the first migration there is nothing to compare
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname
    if site is None or site.hostname == host:
        return []
    return [
        Warning(
            f"BASE_URL names the host {host!r}, the default site in the admin {site.hostname!r}.",
            hint="Links in mail and feeds use BASE_URL, the admin's links the site. Correct BASE_URL in the "
            "environment, or the host under Settings, Sites.",
            id="onward_home.W001",
        )
    ]
