"""What the header of every page links to: the newest series, the archive, the newsletter.

The header is part of every page, so it is kept in the cache and costs a page no query. Publishing, unpublishing,
moving and deleting a page bump its version; an entry also dies of age, so a bump that was lost does no lasting harm.
"""

from typing import Any, TypedDict

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from onward_blog import versions
from onward_blog.pages.queries import public_series


#: Series in the header; the archive has the others.
LENGTH = 2
SECONDS = 300


class Entry(TypedDict):
    """One link: the text, and a path on this site."""

    title: str
    url: str
    #: Shown only where there is room; the front page lists the series too.
    is_series: bool


def entries() -> list[Entry]:
    """Return the links of the header in order."""
    key = f"onward_home:navigation:{get_language()}:{versions.current(versions.EVERY_PAGE)}"
    found: list[Entry] | None = cache.get(key)
    if found is None:
        found = _read()
        cache.set(key, found, SECONDS)
    return found


def forget(sender: Any = None, **kwargs: Any) -> None:
    """Read the navigation anew from the next page on. Takes the arguments of a signal."""
    transaction.on_commit(lambda: versions.bump(versions.EVERY_PAGE))


def _read() -> list[Entry]:
    series = public_series().order_by("-latest_revision_created_at", "-path")[:LENGTH]
    return [
        *(Entry(title=page.title, url=page.get_url() or "/", is_series=True) for page in series),
        Entry(title=_("Archive"), url=reverse("onward_blog_pages:archive"), is_series=False),
        Entry(title=_("Subscribe"), url=reverse("onward_newsletter:subscribe"), is_series=False),
    ]
