"""System checks of the polls app."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .conf import known_keys, polls_settings


#: A scheme and a host, and perhaps a port; a policy made of anything else could be anything.
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?")


@register
def check_setting_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse keys of ONWARD_POLLS that nobody reads: a misspelt setting must not be silent."""
    unknown = sorted(set(getattr(settings, "ONWARD_POLLS", {})) - known_keys())
    return [
        Error(
            f'ONWARD_POLLS["{key}"] is not a setting of onward_polls.',
            hint=f"Remove it, or use one of: {', '.join(sorted(known_keys()))}.",
            id="onward_polls.E001",
        )
        for key in unknown
    ]


@register
def check_embed_origins(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse origins that are none: browsers would ignore the whole rule, and any site could frame a poll."""
    origins = polls_settings().EMBED_ORIGINS
    wrong = [each for each in origins if not ORIGIN.fullmatch(each)]
    return [
        Error(
            f'ONWARD_POLLS["EMBED_ORIGINS"] holds {each!r}, which is not the origin of a site.',
            hint='Give a list of origins, without a path: ["https://www.example.org"].',
            id="onward_polls.E002",
        )
        for each in wrong
    ]
