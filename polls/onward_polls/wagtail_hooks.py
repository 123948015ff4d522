from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from .models import Poll
from .placement import why_kept
from .viewsets import edit_url, poll_buttons, poll_viewset


register_permission_policy(Poll)
register_snippet(poll_viewset)


@hooks.register("register_log_actions")
def register_poll_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "onward_polls.close", gettext_lazy("Close poll"), gettext_lazy("Closed to answers")
    )


@hooks.register("register_snippet_listing_buttons")
def add_poll_buttons(instance: object, user: Any, next_url: str | None = None) -> list[Any]:
    return poll_buttons(instance) if isinstance(instance, Poll) else []


@hooks.register("before_delete_snippet")
def keep_polls_that_matter(request: HttpRequest, instances: list[object]) -> HttpResponse | None:
    kept = [(poll, why) for poll in instances if isinstance(poll, Poll) and (why := why_kept(poll))]
    for poll, why in kept:
        messages.error(request, _("“%(poll)s” was not deleted. %(why)s") % {"poll": poll, "why": why})
    return redirect(edit_url(kept[0][0])) if kept else None
