"""The buttons of one poll, each behind a page that says what it will do."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry

from onward_polls.actions import close_poll, copy_poll
from onward_polls.errors import PollError
from onward_polls.models import Poll


#: The namespace of the poll viewset's addresses.
NAMESPACE = "wagtailsnippets_onward_polls_poll"


class PollActionView(View):
    """Ask before doing something to a poll that cannot be undone by the same button."""

    model = Poll
    title = gettext_lazy("Poll")
    button = gettext_lazy("Yes")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let only those in who may change polls."""
        if not policy_registry.get_by_type(Poll).user_has_permission(request.user, "change"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is about to happen, with the numbers it concerns."""
        poll = get_object_or_404(Poll, pk=pk)
        context = {
            "page_title": self.title,
            "page_subtitle": poll.question,
            "header_icon": "list-ul",
            "question": self.question(poll),
            "button": self.button,
            "back": edit_url(poll),
        }
        return render(request, "onward_polls/admin/confirm.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it, and say what was done."""
        poll = get_object_or_404(Poll, pk=pk)
        try:
            poll, sentence = self.act(request, poll)
        except PollError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, sentence)
        return redirect(edit_url(poll))

    def question(self, poll: Poll) -> str:
        raise NotImplementedError

    def act(self, request: HttpRequest, poll: Poll) -> tuple[Poll, str]:
        raise NotImplementedError


class CloseView(PollActionView):
    title = gettext_lazy("Close now")
    button = gettext_lazy("Yes, close it now")

    def question(self, poll: Poll) -> str:
        n = poll.ballots.counted().count()
        return ngettext(
            "%(n)d reader has answered. Nobody can answer or change an answer after this.",
            "%(n)d readers have answered. Nobody can answer or change an answer after this.",
            n,
        ) % {"n": n}

    def act(self, request: HttpRequest, poll: Poll) -> tuple[Poll, str]:
        close_poll(poll, user=request.user)
        return poll, _("The poll is closed.")


class CopyView(PollActionView):
    title = gettext_lazy("Copy")
    button = gettext_lazy("Yes, copy it")

    def question(self, poll: Poll) -> str:
        return _("The copy asks the same question with the same options, and starts without answers.")

    def act(self, request: HttpRequest, poll: Poll) -> tuple[Poll, str]:
        return copy_poll(poll), _("This is the copy. It has no answers yet.")


def edit_url(poll: Poll) -> str:
    return reverse(f"{NAMESPACE}:edit", args=[poll.pk])


def poll_buttons(poll: Poll) -> list[Button]:
    """Return the buttons for one poll, as the list and the editor show them."""
    buttons = [
        Button(
            _("Copy"),
            url=reverse(f"{NAMESPACE}:copy_poll", args=[poll.pk]),
            icon_name="copy",
            priority=30,
        )
    ]
    if not poll.is_closed and not poll.is_waiting:
        address = reverse(f"{NAMESPACE}:close", args=[poll.pk])
        buttons.append(Button(_("Close now"), url=address, icon_name="lock", priority=40))
    return buttons


def life_urls() -> list[URLPattern]:
    """Return the addresses of the buttons, for the viewset."""
    return [
        path("close/<int:pk>/", CloseView.as_view(), name="close"),
        path("copy/<int:pk>/", CopyView.as_view(), name="copy_poll"),
    ]
