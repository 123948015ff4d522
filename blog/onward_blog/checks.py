"""System checks of this app's setting."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .conf import SETTING, known_keys


@register()
def check_setting(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse keys of ``ONWARD_BLOG`` that mean nothing: E001, one for each."""
    unknown = sorted(set(getattr(settings, SETTING, {})) - known_keys())
    return [
        Error(
            f"{SETTING}[{key!r}] is not a setting of onward_blog.",
            hint=f"Remove it, or correct it to one of: {', '.join(sorted(known_keys()))}.",
            id="onward_blog.E001",
        )
        for key in unknown
    ]
