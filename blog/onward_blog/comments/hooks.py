"""What comments add to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from . import components
from .posting import writer_key_of


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
