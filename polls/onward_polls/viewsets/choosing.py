"""Choosing a poll for a page."""

from django.db.models import QuerySet
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet

from onward_polls.models import Poll


class NotArchived:
    """Offer the polls that readers can still be shown; what a page holds already stays chosen."""

    def get_object_list(self) -> "QuerySet[Poll]":
        polls: QuerySet[Poll] = super().get_object_list()  # type: ignore[misc]
        return polls.filter(archived_at=None)


class PollChooseView(NotArchived, ChooseView):
    """The dialogue."""


class PollChooseResultsView(NotArchived, ChooseResultsView):
    """What it finds."""


class PollChooserViewSet(SnippetChooserViewSet):
    """The chooser of polls, without those put into the archive."""

    choose_view_class = PollChooseView
    choose_results_view_class = PollChooseResultsView
