"""What roundups add to Wagtail and to the newsletter; imported by this app's ``wagtail_hooks.py``."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from onward_blog import mailing, welcoming
from onward_blog.privacy import private_series

from . import accepting_hooks, refreshing_hooks  # noqa: F401
from .choosers import quote_chooser, roundup_chooser
from .leaving_out import LEFT_OUT


@hooks.register("register_admin_viewset")
def roundup_choosers() -> list[object]:
    return [roundup_chooser, quote_chooser]


@hooks.register("onward_newsletter_issue_content")
def issue_content(issue: Any) -> Any | None:
    return mailing.issue_content(issue)


@hooks.register("onward_newsletter_preflight")
def preflight(issue: Any) -> list[Any]:
    return mailing.issue_findings(issue)


@hooks.register("onward_newsletter_audience_slots")
def audience_slots(issue: Any, subscribers: Sequence[Any]) -> dict[int, dict[str, str]]:
    return mailing.audience_slots(issue, subscribers)


@hooks.register("onward_newsletter_welcome_content")
def welcome_content(subscription: Any) -> Any | None:
    return welcoming.welcome_content(subscription)


@hooks.register("onward_newsletter_topic_for_page")
def topic_for_page(page: Any) -> Any | None:
    series = getattr(page, "series", None)
    return mailing.topic_for_series(series) if series else None


@hooks.register("onward_newsletter_private_topics")
def private_topics(keys: Sequence[str]) -> list[str]:
    return private_series(keys)


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        LEFT_OUT,
        _("Leave out sentences taken back"),
        _("Sentences that readers took back before they were published were left out"),
    )
