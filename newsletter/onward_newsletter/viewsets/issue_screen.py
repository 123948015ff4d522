"""An issue's screen: what it is, how it looks, how far it is, and what can be done with it now."""

from dataclasses import dataclass
from datetime import UTC
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.views import generic

from onward_newsletter import few_first
from onward_newsletter.actions.composing import Finding, check_issue, compose_issue
from onward_newsletter.actions.issues import count_audience, issue_books
from onward_newsletter.actions.undoing import undo_seconds_left
from onward_newsletter.conf import get_settings
from onward_newsletter.models import Issue
from onward_newsletter.permissions import SEND
from onward_newsletter.rendering import RenderedIssue

from .issue_results import history_of, listed, results_context
from .preview import preview_context


State = Issue.State

#: While an issue is in one of these, its books change by themselves.
MOVING = (State.PREPARING, State.SENDING)

#: The buttons that make sense in each state, in the order they are shown.
BUTTONS: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("send", "schedule", "test", "edit"),
    State.SCHEDULED: ("unschedule", "test", "cancel"),
    State.PREPARING: ("pause", "cancel"),
    State.SENDING: ("pause", "cancel"),
    State.PAUSED: ("resume", "cancel"),
    State.SUBMITTED: (),
    State.SUBMITTED_WITH_ERRORS: (),
    State.CANCELLED: (),
}

LABELS = {
    "send": gettext_lazy("Send…"),
    "schedule": gettext_lazy("Schedule…"),
    "unschedule": gettext_lazy("Unschedule…"),
    "test": gettext_lazy("Send a test…"),
    "edit": gettext_lazy("Edit"),
    "pause": gettext_lazy("Pause…"),
    "resume": gettext_lazy("Resume…"),
    "cancel": gettext_lazy("Cancel…"),
}


@dataclass(frozen=True)
class ScreenButton:
    label: str
    url: str
    is_main: bool


class IssueScreen(generic.InspectView):
    template_name = "onward_newsletter/admin/issue.html"
    page_title = gettext_lazy("Issue")

    def url(self, name: str) -> str:
        """Return the address of one of the issue's own views; they stand beside the screen's in the viewset."""
        namespace = self.request.resolver_match.namespace
        return reverse(f"{namespace}:{name}", args=[self.object.pk])

    def get_edit_url(self) -> str | None:
        return super().get_edit_url() if self.object.state == State.DRAFT else None

    def get_delete_url(self) -> str | None:
        return super().get_delete_url() if self.object.state == State.DRAFT else None

    def buttons(self) -> list[ScreenButton]:
        """Return what this user may do with the issue in its present state."""
        user = self.request.user
        may = {name: user.has_perm(SEND) for name in LABELS} | {
            name: user.has_perm("onward_newsletter.change_issue") for name in ("test", "edit")
        }
        names = [name for name in BUTTONS[self.object.state] if may[name]]
        if undo_seconds_left(self.object) is not None:
            names = []
        return [
            ScreenButton(str(LABELS[name]), self.url(name), place == 0) for place, name in enumerate(names)
        ]

    @cached_property
    def mail(self) -> RenderedIssue:
        """Return the mail as it went out, or as it would go out now."""
        issue = self.object
        is_open = issue.state in (State.DRAFT, State.SCHEDULED)
        return compose_issue(issue) if is_open else RenderedIssue(issue.html, issue.text)

    def findings(self) -> list[Finding]:
        if self.object.state not in (State.DRAFT, State.SCHEDULED):
            return []
        return check_issue(self.object, self.mail)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        issue = self.object
        context: dict[str, Any] = super().get_context_data(
            buttons=self.buttons(),
            findings=self.findings(),
            mail_kb=ceil(self.mail.html_bytes / 1024),
            most_kb=get_settings().MAX_HTML_BYTES // 1024,
            audience_count=None if issue.prepared_at else count_audience(issue),
            links_url=self.url("links"),
            progress_url=self.url("progress"),
            resend_url=self.url("resend"),
            settle_url=self.url("settle"),
            may_send=self.request.user.has_perm(SEND),
            **preview_context(self.request.GET, {part: self.url(part) for part in ("html", "text")}),
            **progress_context(issue),
            **listed(self.request, issue),
            **results_context(issue),
            list_url=self.url("list"),
            undo_url=self.url("undo"),
            go_on_url=self.url("go_on"),
            history=history_of(issue),
            **kwargs,
        )
        return context


def progress_context(issue: Issue) -> dict[str, Any]:
    """Return what the books are drawn from.

    ``books``, ``time_left`` (in words, or ""), ``done`` (rows with an outcome), ``is_moving``, ``undo_seconds`` while
    sending can be undone, and ``few`` while only the first few get the issue.
    """
    books, undo_seconds = issue_books(issue), undo_seconds_left(issue)
    is_watched = issue.state == State.SENDING and issue.small_first and few_first.size_of(issue)
    return {
        "issue": issue,
        "books": books,
        "time_left": in_words(books.eta_s) if books.eta_s else "",
        "done": books.candidates - books.open,
        "is_moving": issue.state in MOVING or undo_seconds is not None,
        "stage": f"{issue.state}{'-few' if is_watched else ''}",
        "undo_seconds": undo_seconds,
        "zoned_at": _in_zone(issue),
        "utc_at": f"{issue.scheduled_at.astimezone(UTC):%Y-%m-%d %H:%M}" if issue.scheduled_at else "",
        "few": few_first.look_at(issue) if is_watched else None,
    }


def in_words(seconds: int) -> str:
    """Return how long something takes, as somebody waiting would say it."""
    if seconds < 90:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours, minutes = divmod(round(minutes / 5) * 5, 60)
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def _in_zone(issue: Issue) -> str:
    """Return the scheduled time by the clock of the zone it was chosen in; "" when none was."""
    if issue.scheduled_at is None or not issue.schedule_zone:
        return ""
    return str(date_format(issue.scheduled_at.astimezone(ZoneInfo(issue.schedule_zone)), "DATETIME_FORMAT"))
