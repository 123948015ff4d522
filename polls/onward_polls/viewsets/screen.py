"""What the author's screens about one poll share: who may see them, where they stand, and the way between them."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import Button

from onward_polls.models import Poll

from .life import NAMESPACE, edit_url, may


class PollScreen(PermissionCheckedMixin, WagtailAdminTemplateMixin, View):
    """A screen about one poll, for those who may change polls: it shows what readers wrote in confidence."""

    model = Poll
    permission_required = "change"
    header_icon = "list-ul"

    @cached_property
    def poll(self) -> Poll:
        return get_object_or_404(Poll, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep what readers wrote out of every cache."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data())
        return response

    def get_page_subtitle(self) -> str:
        return self.poll.question

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Lead back over the poll's numbers and the list of polls."""
        listing = {"url": screen_url("list"), "label": _("Polls")}
        numbers = {"url": screen_url("inspect", self.poll), "label": self.poll.question}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.poll.question}
        return [*self.breadcrumbs_items, listing, numbers, here]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        edit = Button(_("Edit"), url=edit_url(self.poll), icon_name="edit", priority=5)
        return [edit, *screen_buttons(self.poll, self.request.user)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "poll": self.poll}


def screen_url(name: str, *objects: Any) -> str:
    """Return the address of one of the screens about a poll."""
    return reverse(f"{NAMESPACE}:{name}", args=[getattr(each, "pk", each) for each in objects])


def screen_buttons(poll: Poll, user: Any) -> list[Button]:
    """Return the ways to the screens about one poll that somebody may see, as the list and the editor show them."""
    if not may(user, "change"):
        return []
    screens = (
        ("inspect", _("Numbers"), "table"),
        ("board", _("Words board"), "openquote"),
        ("fairness", _("Fairness"), "warning"),
        ("export", _("Export answers"), "download"),
    )
    return [
        Button(label, url=screen_url(name, poll), icon_name=icon, priority=place)
        for place, (name, label, icon) in enumerate(screens, 11)
    ]


def way_back(request: HttpRequest, fallback: str) -> str:
    """Return the path of this site that a form says to go back to, or the fallback."""
    path = request.POST.get("next", "")
    safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if safe and len(path) <= 1000 and not urlsplit(path).netloc else fallback
