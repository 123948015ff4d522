"""The dict setting ONWARD_POLLS, with its defaults."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True)
class PollsSettings:
    """Every key that ONWARD_POLLS may hold."""

    #: The template that poll pages extend; it needs the blocks ``title`` and ``content``.
    BASE_TEMPLATE: str = "onward_polls/base.html"
    #: Take ballots only for polls that stand on at least one live, public page.
    REQUIRE_LIVE_PAGE: bool = True
    #: The name of the reader's cookie.
    COOKIE_NAME: str = "rid"
    #: How long the reader's cookie lasts, in seconds.
    COOKIE_AGE: int = 180 * 24 * 60 * 60
    #: The secret behind reader keys. Empty means SECRET_KEY; set it before SECRET_KEY is ever rotated,
    #: because a reader whose key changes could vote a second time.
    READER_KEY_SECRET: str = ""
    #: From one network, this many new ballots per poll and hour are counted; more are kept and set aside.
    #: 0 means no limit.
    BALLOTS_PER_NETWORK_HOUR: int = 60
    #: Which sites may show polls in a frame, for example ("https://www.example.org",). Empty means none.
    EMBED_ORIGINS: tuple[str, ...] = ()
    #: Static files with the site's own colours and type, for polls in a frame.
    EMBED_STYLES: tuple[str, ...] = ()


@cache
def polls_settings() -> PollsSettings:
    """Return the settings in force; unknown keys are left to the system check."""
    given: dict[str, Any] = getattr(settings, "ONWARD_POLLS", {})
    return PollsSettings(**{name: value for name, value in given.items() if name in known_keys()})


def known_keys() -> frozenset[str]:
    return frozenset(field.name for field in fields(PollsSettings))


def forget_settings(*, setting: str, **kwargs: object) -> None:
    """Read ONWARD_POLLS again after a test has overridden it."""
    if setting == "ONWARD_POLLS":
        polls_settings.cache_clear()


setting_changed.connect(forget_settings, dispatch_uid="onward_polls.forget_settings")
