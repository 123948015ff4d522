"""Polls in the Wagtail admin: list, form, chooser, and the buttons that close and copy."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from .actions import close_poll, copy_poll
from .errors import PollError
from .forms import PollForm
from .models import Poll
from .wording import life_line


class RetiredPanel(FieldPanel):
    """Say since when an option is retired, and nothing on the others."""

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            """Show the date only where there is one."""
            return bool(super().is_shown() and self.instance.retired_at)


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


class PollEditView(EditView):
    """The editor, with the two buttons of our own under “More”."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add "Close now" while the poll is open, and "Copy"."""
        return [*super().header_more_buttons, *poll_buttons(self.object)]


class StateColumn(Column):
    """Whether a poll is open, in the reader's own words."""

    def get_value(self, instance: Poll) -> str:
        return life_line(instance) or _("Open")


class PollViewSet(SnippetViewSet):
    """Polls, with how many readers have answered each."""

    model = Poll
    icon = "list-ul"
    menu_label = gettext_lazy("Polls")
    menu_order = 250
    add_to_admin_menu = True
    list_per_page = 50
    list_filter = ["kind", "results_visibility"]
    # Wagtail's own copy would carry the ballots' salt and the options' uuids over.
    copy_view_enabled = False
    edit_view_class = PollEditView
    list_display = [
        "question",
        Column("get_kind_display", label=gettext_lazy("Kind")),
        NumberColumn("answers", label=gettext_lazy("Answers"), sort_key="answers"),
        NumberColumn("sentences", label=gettext_lazy("With words"), sort_key="sentences"),
        StateColumn("state", label=gettext_lazy("State")),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("question"),
            FieldPanel("kind"),
            InlinePanel(
                "options",
                [FieldPanel("text"), RetiredPanel("retired_at", read_only=True)],
                heading=gettext_lazy("Options"),
                label=gettext_lazy("option"),
                help_text=gettext_lazy(
                    "Renaming an option keeps its votes. Removing one that has votes retires it: "
                    "it is no longer offered, and its votes stay in the results."
                ),
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("min_votes"), FieldPanel("max_votes")])],
                heading=gettext_lazy("How many answers (only for “Several answers”)"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("results_visibility"),
                    FieldPanel("allow_change"),
                    FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                ],
                heading=gettext_lazy("Life and results"),
            ),
            MultiFieldPanel(
                [FieldPanel("ask_words"), FieldPanel("words_prompt")], heading=gettext_lazy("Words")
            ),
            FieldPanel("follows"),
        ],
        base_form_class=PollForm,
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Poll]":
        """Count the answers of every poll in the list within its one query."""
        counted = Q(ballots__withdrawn_at=None)
        return Poll.objects.annotate(
            answers=Count("ballots", filter=counted),
            sentences=Count("ballots", filter=counted & ~Q(ballots__words="")),
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        """Add the addresses of our two buttons."""
        return [
            *super().get_urlpatterns(),
            path("close/<int:pk>/", CloseView.as_view(), name="close"),
            path("copy/<int:pk>/", CopyView.as_view(), name="copy_poll"),
        ]


poll_viewset = PollViewSet()


def edit_url(poll: Poll) -> str:
    return reverse(poll_viewset.get_url_name("edit"), args=[poll.pk])


def poll_buttons(poll: Poll) -> list[Button]:
    """Return the buttons for one poll, as the list and the editor show them."""
    buttons = [
        Button(
            _("Copy"),
            url=reverse(poll_viewset.get_url_name("copy_poll"), args=[poll.pk]),
            icon_name="copy",
            priority=30,
        )
    ]
    if not poll.is_closed and not poll.is_waiting:
        address = reverse(poll_viewset.get_url_name("close"), args=[poll.pk])
        buttons.append(Button(_("Close now"), url=address, icon_name="lock", priority=40))
    return buttons
