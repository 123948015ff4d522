"""Which pages take comments, and who may decide about them."""

from typing import Any

import swapper
from django.db.models import QuerySet
from django.http import Http404
from wagtail.permission_policies.pages import PagePermissionPolicy

from onward_blog.models import CommentState
from onward_blog.serving import public_page_or_404

from .errors import CommentsClosed


#: Who may edit or publish an article decides about its comments.
ACTIONS = ["change", "publish"]


def page_with_comments(page_id: int) -> Any:
    """Return the page if anybody may read it and its kind takes comments; raise Http404 otherwise."""
    page = public_page_or_404(page_id)
    if not hasattr(page, "comments_open"):
        raise Http404
    return page


def refuse_when_closed(page: Any) -> None:
    """Raise CommentsClosed unless the page takes a comment now."""
    if not page.comments_open:
        raise CommentsClosed


def may_moderate(user: Any, page: Any) -> bool:
    """Return whether this account decides about the comments of this page."""
    policy = PagePermissionPolicy()
    return bool(user.is_active and policy.user_has_any_permission_for_instance(user, ACTIONS, page))


def states_for(user: Any) -> "QuerySet[CommentState]":
    """Return the comments this account may decide about; those their writers never confirmed are not among them."""
    pages = PagePermissionPolicy().instances_user_has_any_permission_for(user, ACTIONS)
    states = CommentState.objects.exclude(state=CommentState.State.UNCONFIRMED)
    if user.is_superuser:
        return states
    return states.filter(page_id__in=pages.order_by().values("pk"))


def page_of(state: CommentState) -> Any:
    """Return the page a comment stands on, as its own kind."""
    return swapper.load_model("wagtailcore", "Page").objects.get(pk=state.page_id).specific


def may_moderate_anything(user: Any) -> bool:
    """Return whether this account decides about the comments of any page at all."""
    return bool(PagePermissionPolicy().user_has_any_permission(user, ACTIONS))
