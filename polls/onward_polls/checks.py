"""System checks of the polls app."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .conf import known_keys


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
