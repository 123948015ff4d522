"""The buttons of one poll, each behind a page that says what it will do."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry

from onward_polls.actions import (
    archive_poll,
    ask_again,
    close_poll,
    copy_poll,
    reopen_poll,
    unarchive_poll,
)
from onward_polls.errors import PollError, day
from onward_polls.forms.life import ReopenForm
from onward_polls.models import Poll


#: The namespace of the poll viewset's addresses.
NAMESPACE = "wagtailsnippets_onward_polls_poll"


class PollActionView(View):
    """Ask before doing something to a poll that cannot be undone by the same button."""

    model = Poll
    #: What whoever presses the button must be allowed to do with polls.
    permission = "change"
    title = gettext_lazy("Poll")
    button = gettext_lazy("Yes")
    #: What has to be said before it can be done, if anything.
    form_class: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let only those in who may do this to polls."""
        if not may(request.user, self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is about to happen, with the numbers it concerns."""
        return self.ask(request, get_object_or_404(Poll, pk=pk), self.form_class and self.form_class())

    def ask(self, request: HttpRequest, poll: Poll, form: Any) -> HttpResponse:
        """Show the question, the fields if there are any, and the button."""
        context = {
            "page_title": self.title,
            "page_subtitle": poll.question,
            "header_icon": "list-ul",
            "question": self.question(poll),
            "button": self.button,
            "back": edit_url(poll),
            "form": form,
            "media": form.media if form else "",
        }
        return render(request, "onward_polls/admin/confirm.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it, and say what was done."""
        poll = get_object_or_404(Poll, pk=pk)
        form = self.form_class and self.form_class(request.POST)
        if form and not form.is_valid():
            return self.ask(request, poll, form)
        try:
            poll, sentence = self.act(poll, user=request.user, **(form.cleaned_data if form else {}))
        except PollError as error:
            messages.error(request, str(error))
            return self.ask(request, poll, form) if form else redirect(edit_url(poll))
        messages.success(request, sentence)
        return redirect(edit_url(poll))

    def question(self, poll: Poll) -> str:
        raise NotImplementedError

    def act(self, poll: Poll, *, user: Any, **details: Any) -> tuple[Poll, str]:
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

    def act(self, poll: Poll, *, user: Any, **details: Any) -> tuple[Poll, str]:
        close_poll(poll, user=user)
        return poll, _("The poll is closed.")


class ReopenView(PollActionView):
    title = gettext_lazy("Open again")
    button = gettext_lazy("Yes, open it again")
    form_class = ReopenForm

    def question(self, poll: Poll) -> str:
        n = poll.ballots.counted().count()
        stays = ngettext(
            "Readers can answer and change their answers again, and are told so. "
            "The %(n)d answer given so far stays.",
            "Readers can answer and change their answers again, and are told so. "
            "The %(n)d answers given so far stay.",
            n,
        ) % {"n": n}
        erased = _("Whoever had an answer deleted since it closed is a new reader, and may answer again.")
        return f"{stays} {erased}"

    def act(self, poll: Poll, *, user: Any, **details: Any) -> tuple[Poll, str]:
        reopen_poll(poll, user=user, **details)
        if poll.closes_at:
            return poll, _("The poll is open again until %(date)s.") % {"date": day(poll.closes_at)}
        return poll, _("The poll is open again.")


class ArchiveView(PollActionView):
    title = gettext_lazy("Archive")
    button = gettext_lazy("Yes, archive it")

    def question(self, poll: Poll) -> str:
        n = poll.ballots.counted().count()
        return ngettext(
            "Nobody can answer after this. The %(n)d answer given so far stays, and the poll can be taken out "
            "of the archive.",
            "Nobody can answer after this. The %(n)d answers given so far stay, and the poll can be taken out "
            "of the archive.",
            n,
        ) % {"n": n}

    def act(self, poll: Poll, *, user: Any, **details: Any) -> tuple[Poll, str]:
        archive_poll(poll, user=user)
        return poll, _("The poll is in the archive.")


class UnarchiveView(PollActionView):
    title = gettext_lazy("Take out of the archive")
    button = gettext_lazy("Yes, take it out")

    def question(self, poll: Poll) -> str:
        if poll.is_closed:
            return _("The poll has closed and stays closed. Its result is shown to readers as before.")
        return _(
            "Readers can answer again at once, wherever the poll still stands on a page, and are told so."
        )

    def act(self, poll: Poll, *, user: Any, **details: Any) -> tuple[Poll, str]:
        unarchive_poll(poll, user=user)
        return poll, _("The poll is out of the archive.")


class CopyView(PollActionView):
    permission = "add"
    title = gettext_lazy("Copy")
    button = gettext_lazy("Yes, copy it")

    def question(self, poll: Poll) -> str:
        return _("The copy asks the same question with the same options, and starts without answers.")

    def act(self, poll: Poll, *, user: Any, **details: Any) -> tuple[Poll, str]:
        return copy_poll(poll), _("This is the copy. It has no answers yet.")


class AskAgainView(PollActionView):
    permission = "add"
    title = gettext_lazy("Ask again")
    button = gettext_lazy("Yes, ask it again")

    def question(self, poll: Poll) -> str:
        return _(
            "This makes a new poll with the same question and the options on offer, without answers. It follows "
            "this one, so readers see how the answers have changed."
        )

    def act(self, poll: Poll, *, user: Any, **details: Any) -> tuple[Poll, str]:
        return ask_again(poll), _("This poll asks again. It has no answers yet. Place it in an article.")


def may(user: Any, permission: str) -> bool:
    """Whether somebody may add or change polls."""
    return bool(policy_registry.get_by_type(Poll).user_has_permission(user, permission))


def edit_url(poll: Poll) -> str:
    return life_url("edit", poll)


def life_url(name: str, poll: Poll) -> str:
    """Return the address of one of the buttons of a poll."""
    return reverse(f"{NAMESPACE}:{name}", args=[poll.pk])


def poll_buttons(poll: Poll, user: Any) -> list[Button]:
    """Return the buttons that somebody may press on one poll, as the list and the editor show them."""
    buttons = []
    if may(user, "add"):
        buttons += [("ask_again", _("Ask again"), "redirect"), ("copy_poll", _("Copy"), "copy")]
    if may(user, "change"):
        buttons += _changes(poll)
    return [
        Button(label, url=life_url(name, poll), icon_name=icon, priority=place)
        for place, (name, label, icon) in enumerate(buttons, 30)
    ]


def _changes(poll: Poll) -> list[tuple[str, str, str]]:
    if poll.archived_at:
        return [("unarchive", _("Take out of the archive"), "undo")]
    archive = ("archive", _("Archive"), "folder-inverse")
    if poll.is_closed:
        return [("reopen", _("Open again"), "lock-open"), archive]
    if poll.opens_at and poll.opens_at > timezone.now():
        return [archive]
    return [("close", _("Close now"), "lock"), archive]


def life_urls() -> list[URLPattern]:
    """Return the addresses of the buttons, for the viewset."""
    views = {
        "close": CloseView,
        "reopen": ReopenView,
        "archive": ArchiveView,
        "unarchive": UnarchiveView,
        "ask_again": AskAgainView,
    }
    addresses = [path(f"{name}/<int:pk>/", view.as_view(), name=name) for name, view in views.items()]
    return [*addresses, path("copy/<int:pk>/", CopyView.as_view(), name="copy_poll")]
