"""What responses add to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from wagtail import hooks

from onward_blog.mail import send_mail

from .base import ResponseSource
from .outcomes import outcomes_of
from .page_names import name_pages
from .registry import HOOK


@hooks.register("onward_newsletter_issue_outcomes")
def issue_outcomes(issue: Any) -> list[tuple[str, int, str]]:
    return outcomes_of(issue)


if apps.is_installed("onward_polls"):

    @hooks.register(HOOK, order=10)
    def poll_source() -> ResponseSource:
        from .polls import PollSource

        return PollSource()


@hooks.register(HOOK, order=20)
def comment_source() -> ResponseSource:
    from .comments import CommentSource

    return CommentSource()


@hooks.register(HOOK, order=30)
def share_source() -> ResponseSource:
    from .shares import ShareSource

    return ShareSource()


if apps.is_installed("onward_polls"):

    @hooks.register("onward_polls_resolve_mail_token")
    def mail_reader(token: str) -> object | None:
        from .polls import mail_reader

        return mail_reader(token)

    @hooks.register("onward_polls_reach")
    def reach_of_poll(poll: Any) -> int | None:
        from .polls import reach_of

        return reach_of(poll)

    @hooks.register("onward_polls_describe_pages")
    def describe_pages(page_refs: Iterable[int]) -> dict[int, dict[str, Any]]:
        return name_pages(page_refs)


@hooks.register("onward_polls_send_mail")
def send_mail_of_polls(**mail: Any) -> bool:
    """Take every mail of the polls: one that is not sent, because its address is suppressed, is taken too."""
    send_mail(**mail)
    return True
