"""What the morning mail adds to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from .settings_panel import MorningMailPanel


@hooks.register("register_account_settings_panel")
def morning_mail_panel(request: HttpRequest, user: Any, profile: Any) -> MorningMailPanel:
    return MorningMailPanel(request, user, profile)
