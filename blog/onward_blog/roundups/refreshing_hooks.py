"""The way to "Refresh what readers said" in the editor of a draft; imported by ``hooks.py``."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry

from onward_blog.mixins import ArticleMixin

from .actions import used_in
from .refreshing import REFRESHED


@hooks.register("register_page_header_buttons")
def refresh_button(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer it in the editor of a draft that was never published and holds what readers said."""
    if view_name != "edit" or not isinstance(page, ArticleMixin) or page.first_published_at:
        return
    if used_in(page):
        screen = reverse("onward_blog_desk:refresh", args=[page.pk])
        yield Button(_("Refresh what readers said…"), screen, icon_name="rotate", priority=89)


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        REFRESHED, gettext_lazy("Refresh what readers said"), gettext_lazy("What readers said was refreshed")
    )
