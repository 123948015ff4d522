"""What comments add to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from . import (
    admin_views,
    components,
    queue,
    urls,  # noqa: F401 (registers the converter used below)
)
from .access import may_moderate_anything
from .posting import writer_key_of


class CommentsMenuItem(MenuItem):
    """Leads to the moderator's screen and says how many comments wait there."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_moderate_anything(request.user)

    def render_component(self, request: HttpRequest) -> Any:
        component = super().render_component(request)
        if held := queue.held_count(request.user):
            component.label = f"{component.label} ({held})"
        return component


@hooks.register("register_admin_menu_item")
def comments_menu_item() -> MenuItem:
    return CommentsMenuItem(
        _("Comments"),
        reverse_lazy("onward_blog_comments:queue"),
        name="onward-comments",
        icon_name="comment",
        order=240,
    )


@hooks.register("register_admin_urls")
def comments_admin_urls() -> list[URLResolver]:
    patterns = [
        path("", admin_views.show_queue, name="queue"),
        path("decide/", admin_views.decide_comments, name="decide"),
        path("undo/", admin_views.undo, name="undo"),
        path("<comment_number:comment_id>/reply/", admin_views.reply, name="reply"),
    ]
    return [path("comments/", include((patterns, "onward_blog_comments")))]


@hooks.register("register_log_actions")
def comment_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("onward_blog.comment.approve", _("Approve comment"), _("Comment approved"))
    actions.register_action("onward_blog.comment.reject", _("Reject comment"), _("Comment rejected"))
    actions.register_action(
        "onward_blog.comment.spam", _("Mark comment as spam"), _("Comment marked as spam")
    )
    actions.register_action("onward_blog.comment.hold", _("Hold comment"), _("Comment held again"))


@hooks.register("onward_reader_fragments")
def reader_fragments(request: HttpRequest, page: Any, csrf: bool) -> dict[str, str]:
    """Return what belongs to one reader: own comments that others cannot see, and the token of the form.

    The token has an element of its own inside the form, so that replacing it never takes away what was typed.
    """
    if not hasattr(page, "comments_open"):
        return {}
    fragments = {}
    if key := writer_key_of(request):
        fragments[f"comments-own-{page.pk}"] = components.own_comments(page, key)
    if request.user.is_authenticated and page.comments_open:
        fragments[f"comment-who-{page.pk}"] = components.account_line(page, request.user)
    if csrf and page.comments_open:
        fragments[f"comment-form-{page.pk}"] = components.token_slot(page, request)
    return fragments
