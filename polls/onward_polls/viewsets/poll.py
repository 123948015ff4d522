"""Polls in the Wagtail admin: list, form, chooser, and the buttons that close and copy."""

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from onward_polls.forms import PollForm
from onward_polls.models import Poll
from onward_polls.wording import life_line

from .life import life_urls, poll_buttons


class RetiredPanel(FieldPanel):
    """Say since when an option is retired, and nothing on the others."""

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            """Show the date only where there is one."""
            return bool(super().is_shown() and self.instance.retired_at)


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
        counted = Q(ballots__withdrawn_at=None, ballots__excluded_at=None)
        return Poll.objects.annotate(
            answers=Count("ballots", filter=counted),
            sentences=Count("ballots", filter=counted & ~Q(ballots__words="")),
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        """Add the addresses of our two buttons."""
        return [
            *super().get_urlpatterns(),
            *life_urls(),
        ]


poll_viewset = PollViewSet()
