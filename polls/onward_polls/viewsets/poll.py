"""Polls in the Wagtail admin: list, form, chooser, and the buttons of one poll."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from onward_polls.actions import announce_change, note_rewording
from onward_polls.models import Poll

from .choosing import PollChooserViewSet
from .editor import poll_editor
from .life import life_urls, poll_buttons
from .listing import COLUMNS, PollFilterSet, PollIndexView, with_counts
from .screen import screen_buttons
from .screens import screen_urls


class PollEditView(EditView):
    """The editor, with the buttons of our own under “More”."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add the ways to this poll's screens, and the buttons of its life."""
        own = [*screen_buttons(self.object, self.request.user), *poll_buttons(self.object, self.request.user)]
        return [*super().header_more_buttons, *own]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check and save while no ballot can come between: what is locked by the first one stays locked."""
        with transaction.atomic():
            Poll.objects.select_for_update().get(pk=self.object.pk)
            self.object.refresh_from_db()
            response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def save_instance(self) -> Poll:
        """Tell the pages that show the poll, and note in the audit log that it was reworded."""
        poll: Poll = super().save_instance()
        note_rewording(poll, happened=self.form.reworded, user=self.request.user)
        announce_change(poll)
        return poll


class PollViewSet(SnippetViewSet):
    """Polls, with how many readers have answered each."""

    model = Poll
    icon = "list-ul"
    menu_label = gettext_lazy("Polls")
    menu_order = 250
    add_to_admin_menu = True
    list_per_page = 50
    filterset_class = PollFilterSet
    # Wagtail's own copy would carry the ballots' salt and the options' uuids over.
    copy_view_enabled = False
    index_view_class = PollIndexView
    edit_view_class = PollEditView
    chooser_viewset_class = PollChooserViewSet
    list_display = COLUMNS
    edit_handler = poll_editor

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Poll]":
        """Count the answers of every poll in the list within its one query."""
        return with_counts(Poll.objects.all())

    def get_urlpatterns(self) -> list[URLPattern]:
        """Add the addresses of a poll's buttons and screens."""
        return [*super().get_urlpatterns(), *life_urls(), *screen_urls()]


poll_viewset = PollViewSet()
