"""A version per page, shared by every process: whoever changes what a page shows bumps it.

Caches put the version into their keys, so a bump purges without deleting. The version is a random word and not a
number: two processes that bump at once need no lock, and a cache that lost its memory starts a new version instead
of falling back to an old one.
"""

import secrets
from collections.abc import Iterable

from django.core.cache import cache


#: The version of what stands on every page: the navigation, the name of the site.
EVERY_PAGE = 0


def _key(page_pk: int) -> str:
    return f"onward_blog:version:{page_pk}"


def current(page_pk: int) -> str:
    """Return the version of a page, the same in every process until the next bump."""
    version = cache.get(_key(page_pk))
    return str(version) if version else str(cache.get_or_set(_key(page_pk), _new_version, timeout=None))


def bump(page_pk: int) -> None:
    """Start a new version of a page: what caches hold of the old one is never used again."""
    cache.set(_key(page_pk), _new_version(), timeout=None)


def bump_all(page_pks: Iterable[int]) -> None:
    """Start a new version of each of these pages, in one call to the cache."""
    cache.set_many({_key(pk): _new_version() for pk in page_pks}, timeout=None)


def _new_version() -> str:
    return secrets.token_hex(8)
