"""The one setting of this app, ``ONWARD_BLOG``: a dict whose missing keys have the defaults below."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver


SETTING = "ONWARD_BLOG"


@dataclass(frozen=True)
class BlogSettings:
    """What a project may decide about the blog."""

    #: The template that the ready-made pages extend. It needs the blocks ``title``, ``head`` and ``content``.
    BASE_TEMPLATE: str = "onward_blog/base.html"
    #: How many words a reader reads in a minute, for the "7 minutes" under a title.
    WORDS_PER_MINUTE: int = 220
    #: How many articles a feed holds.
    FEED_LENGTH: int = 20
    #: Seconds for which a shared cache may answer with an article before it asks again.
    SHARED_CACHE_SECONDS: int = 60
    #: Seconds for which a shared cache may still use an older copy while it fetches the new one.
    STALE_SECONDS: int = 86_400
    #: Under what the numbers of roundups may be used, for example "CC BY 4.0"; empty: nothing is said.
    DATA_LICENSE_NAME: str = ""
    #: Where that licence can be read.
    DATA_LICENSE_URL: str = ""


def blog_settings() -> BlogSettings:
    """Return the settings in force: the project's, over the defaults. Unknown keys are ignored here; see checks."""
    return _read()


def known_keys() -> frozenset[str]:
    """Return every key that ``ONWARD_BLOG`` may have."""
    return frozenset(field.name for field in fields(BlogSettings))


@cache
def _read() -> BlogSettings:
    given: Mapping[str, Any] = getattr(settings, SETTING, {})
    return BlogSettings(**{key: value for key, value in given.items() if key in known_keys()})


@receiver(setting_changed, dispatch_uid="onward_blog_settings")
def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == SETTING:
        _read.cache_clear()
