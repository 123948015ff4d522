"""Asking a reader for permission: one page that says what will happen, one button, one mail."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from onward_polls.actions.permission import CAN_BE_ASKED, ask_permission
from onward_polls.desk.board import words_of
from onward_polls.errors import PollError
from onward_polls.models import Ballot

from .screen import PollScreen, screen_url


class AskPermissionView(PollScreen):
    """GET shows the sentence and what the mail does; POST sends it."""

    page_title = gettext_lazy("Ask for permission")
    header_icon = "mail"
    template_name = "onward_polls/admin/ask_permission.html"

    @cached_property
    def ballot(self) -> Ballot:
        return get_object_or_404(words_of(self.poll), uuid=self.kwargs["uuid"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "ballot": self.ballot,
            "may_ask": Ballot.objects.filter(CAN_BE_ASKED, pk=self.ballot.pk).exists(),
            "back": f"{screen_url('board', self.poll)}?show=all",
        }

    def post(self, request: HttpRequest, pk: int, uuid: UUID) -> HttpResponse:
        """Send the mail, and say so."""
        try:
            ask_permission(self.ballot, user=request.user)
        except PollError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The reader is being asked by mail. The board shows the answer."))
        return HttpResponseRedirect(screen_url("board", self.poll))


def permission_urls() -> list[URLPattern]:
    """Return the address of the page that asks, for the viewset."""
    return [path("board/<int:pk>/ask/<uuid:uuid>/", AskPermissionView.as_view(), name="ask_permission")]
