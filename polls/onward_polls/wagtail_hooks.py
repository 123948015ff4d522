from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from .fairness.log import register_fairness_actions
from .models import Poll
from .placement import places_of, why_kept
from .viewsets import edit_url, poll_buttons, poll_viewset
from .viewsets.life import life_url
from .viewsets.screen import screen_buttons


register_permission_policy(Poll)
register_snippet(poll_viewset)

LIFE_ACTIONS = (
    ("close", gettext_lazy("Close poll"), gettext_lazy("Closed to answers")),
    ("reopen", gettext_lazy("Open poll again"), gettext_lazy("Opened to answers again")),
    ("archive", gettext_lazy("Archive poll"), gettext_lazy("Put into the archive")),
    ("unarchive", gettext_lazy("Take poll out of the archive"), gettext_lazy("Taken out of the archive")),
    ("reword", gettext_lazy("Reword poll"), gettext_lazy("Reworded after readers had answered")),
    ("promote", gettext_lazy("Make words an option"), gettext_lazy("Words of readers made an option")),
    ("exclude", gettext_lazy("Set answers aside"), gettext_lazy("Answers set aside")),
    ("include", gettext_lazy("Count answers again"), gettext_lazy("Answers counted again")),
)


@hooks.register("register_log_actions")
def register_poll_actions(actions: LogActionRegistry) -> None:
    for name, label, message in LIFE_ACTIONS:
        actions.register_action(f"onward_polls.{name}", label, message)
    register_fairness_actions(actions)
    actions.register_action(
        "onward_polls.ask_permission",
        gettext_lazy("Ask for permission"),
        gettext_lazy("A reader asked by mail"),
    )


@hooks.register("register_snippet_listing_buttons")
def add_poll_buttons(instance: object, user: Any, next_url: str | None = None) -> list[Any]:
    return (
        [*screen_buttons(instance, user), *poll_buttons(instance, user)] if isinstance(instance, Poll) else []
    )


@hooks.register("before_delete_snippet")
def keep_polls_that_matter(request: HttpRequest, instances: list[object]) -> HttpResponse | None:
    kept = [(poll, why) for poll in instances if isinstance(poll, Poll) and (why := why_kept(poll))]
    for poll, why in kept:
        buttons = [messages.button(place.url, place.name) for place in places_of(poll) if place.url]
        if poll.archived_at is None:
            buttons.append(messages.button(life_url("archive", poll), _("Archive it instead")))
        sentence = _("“%(poll)s” was not deleted. %(why)s") % {"poll": poll, "why": why}
        messages.error(request, sentence, buttons=buttons)
    return redirect(edit_url(kept[0][0])) if kept else None
