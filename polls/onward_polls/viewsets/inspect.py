"""The numbers of one poll: what readers see, and beside it what only authors do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry, ReferenceIndex

from onward_polls.components.results import PollResults
from onward_polls.desk import insight
from onward_polls.models import FairnessFlag, Poll
from onward_polls.tally import PollTally, read_tally
from onward_polls.wording import life_line

from .life import edit_url, poll_buttons
from .screen import PollScreen, screen_buttons, screen_url


#: Entries of the audit log on this screen; all of them are in the history.
LATEST = 10


class InspectView(PollScreen):
    """Everything there is to know about one poll, on one page."""

    page_title = gettext_lazy("Numbers")
    header_icon = "table"
    template_name = "onward_polls/admin/inspect.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.poll.question}
        listing = {"url": screen_url("list"), "label": _("Polls")}
        edit = {"url": edit_url(self.poll), "label": self.poll.question}
        return [*self.breadcrumbs_items, listing, edit, here]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        edit = Button(_("Edit"), url=edit_url(self.poll), icon_name="edit", priority=5)
        here = screen_url("inspect", self.poll)
        others = [button for button in screen_buttons(self.poll, self.request.user) if button.url != here]
        return [edit, *others, *poll_buttons(self.poll, self.request.user)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        numbers = numbers_context(self.poll)
        tally: PollTally = numbers["tally"]
        return {
            **super().get_context_data(**kwargs),
            **numbers,
            "chart": insight.chart_of(self.poll),
            "roles": insight.roles_of(self.poll, tally),
            "movements": insight.movements(tally),
            "places": places_of(self.poll, self.request.user),
            "wordings": self.poll.wordings.all(),
            "later": self.poll.followed_by.all(),
            "log": log_of(self.poll),
            "numbers_url": screen_url("numbers", self.poll),
            "board_url": screen_url("board", self.poll),
            "fairness_url": screen_url("fairness", self.poll),
            "history_url": screen_url("history", self.poll),
        }


class NumbersView(PollScreen):
    """The part of the page that moves, for the script that keeps it fresh."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the numbers of this moment."""
        return render(request, "onward_polls/admin/_numbers.html", numbers_context(self.poll))


def numbers_context(poll: Poll) -> dict[str, Any]:
    """Return what the moving part of the page shows."""
    tally = read_tally(poll)
    then = read_tally(poll.follows) if poll.follows else None
    numbers = insight.numbers_of(poll)
    flags = FairnessFlag.objects.filter(poll=poll, decision=FairnessFlag.Decision.OPEN)
    return {
        "poll": poll,
        "tally": tally,
        "results": PollResults(tally, then),
        "numbers": numbers,
        "doors": insight.doors_of(tally),
        "consents": insight.consents_of(numbers),
        "open_flags": flags.count(),
        "state": life_line(poll) or _("Open"),
        "fairness_url": screen_url("fairness", poll),
        "board_url": screen_url("board", poll),
    }


@dataclass(frozen=True)
class Stand:
    """Somewhere a poll stands."""

    title: str
    edit_url: str | None
    url: str | None
    is_live: bool


def places_of(poll: Poll, user: Any) -> list[Stand]:
    """Return the pages and other things that show a poll, from Wagtail's reference index."""
    finder = AdminURLFinder(user)
    return [
        Stand(
            str(source),
            finder.get_edit_url(source),
            source.get_url() if getattr(source, "live", False) and hasattr(source, "get_url") else None,
            bool(getattr(source, "live", True)),
        )
        for source, _uses in ReferenceIndex.get_grouped_references_to(poll)
        if not isinstance(source, Poll)
    ]


@dataclass(frozen=True)
class LogLine:
    """One entry of the audit log."""

    entry: ModelLogEntry
    message: str
    who: str


def log_of(poll: Poll) -> Sequence[LogLine]:
    """Return the latest entries of the audit log of a poll."""
    kind = ContentType.objects.get_for_model(Poll)
    entries = ModelLogEntry.objects.filter(content_type=kind, object_id=str(poll.pk))
    latest = entries.select_related("user", "content_type").order_by("-timestamp")[:LATEST]
    return [
        LogLine(
            entry,
            str(
                formatter.format_message(entry)
                if (formatter := registry.get_formatter(entry))
                else entry.action
            ),
            entry.user.get_username() if entry.user else _("the site itself"),
        )
        for entry in latest
    ]


def inspect_urls() -> list[URLPattern]:
    """Return the addresses of the numbers, for the viewset."""
    return [
        path("inspect/<int:pk>/", InspectView.as_view(), name="inspect"),
        path("inspect/<int:pk>/numbers/", NumbersView.as_view(), name="numbers"),
    ]
