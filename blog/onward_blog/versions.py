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

#: The version of all that readers see: it is new whenever any other is.
_SITE = -1


def _key(page_pk: int) -> str:
    return f"onward_blog:version:{page_pk}"


def current(page_pk: int) -> str:
    """Return the version of a page, the same in every process until the next bump."""
    version = cache.get(_key(page_pk))
    return str(version) if version else str(cache.get_or_set(_key(page_pk), _new_version, timeout=None))


def of_site() -> str:
    """Return the version of all that readers see, the same in every process until the next bump of anything."""
    return current(_SITE)


def bump(page_pk: int) -> None:
    """Start a new version of a page: what caches hold of the old one is never used again."""
    bump_all([page_pk])


def bump_all(page_pks: Iterable[int]) -> None:
    """Start a new version of each of these pages, in one call to the cache."""
    pks = set(page_pks)
    if pks:
        cache.set_many({_key(pk): _new_version() for pk in {*pks, _SITE}}, timeout=None)


def bump_site() -> None:
    """Start a new version of all that readers see, where no page is known to have changed more than others."""
    bump_all([_SITE])


def _new_version() -> str:
    return secrets.token_hex(8)
