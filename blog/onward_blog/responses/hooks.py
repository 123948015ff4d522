"""What responses add to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from django.apps import apps
from wagtail import hooks

from .base import ResponseSource
from .registry import HOOK


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
