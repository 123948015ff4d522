"""Addresses with a scheme and a host, for feeds, metadata and mail: always from a setting, never from a request."""

from urllib.parse import urljoin

from django.conf import settings


def base_url() -> str:
    """Return where the site lives, without a slash at the end: ``WAGTAILADMIN_BASE_URL``."""
    return str(settings.WAGTAILADMIN_BASE_URL).rstrip("/")


def absolute(path: str) -> str:
    """Return the path as an address of this site; what already has a scheme comes back unchanged."""
    return urljoin(f"{base_url()}/", path)
