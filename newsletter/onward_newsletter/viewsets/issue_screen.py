"""An issue's screen: what it is, how it looks, how far it is, and what can be done with it now."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy
from wagtail.admin.views import generic

from onward_newsletter.actions.composing import Finding, check_issue, compose_issue
from onward_newsletter.actions.issues import count_audience, issue_books
from onward_newsletter.models import Issue, SendingState
from onward_newsletter.permissions import SEND

from .preview import preview_context


State = Issue.State

#: While an issue is in one of these, its books change by themselves.
MOVING = (State.PREPARING, State.SENDING)

#: The buttons that make sense in each state, in the order they are shown.
BUTTONS: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("send", "schedule", "test"),
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
    "pause": gettext_lazy("Pause…"),
    "resume": gettext_lazy("Resume…"),
    "cancel": gettext_lazy("Cancel…"),
}

#: Troubled deliveries listed on the screen.
LISTED = 200


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
            "test": user.has_perm("onward_newsletter.change_issue")
        }
        names = [name for name in BUTTONS[self.object.state] if may[name]]
        return [
            ScreenButton(str(LABELS[name]), self.url(name), place == 0) for place, name in enumerate(names)
        ]

    def findings(self) -> list[Finding]:
        if self.object.state not in (State.DRAFT, State.SCHEDULED):
            return []
        return check_issue(self.object, compose_issue(self.object))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        issue = self.object
        context: dict[str, Any] = super().get_context_data(
            buttons=self.buttons(),
            findings=self.findings(),
            audience_count=None if issue.prepared_at else count_audience(issue),
            links_url=self.url("links"),
            progress_url=self.url("progress"),
            resend_url=self.url("resend"),
            settle_url=self.url("settle"),
            may_send=self.request.user.has_perm(SEND),
            **preview_context(self.request.GET, {part: self.url(part) for part in ("html", "text")}),
            **progress_context(issue),
            **self.troubled(),
            **kwargs,
        )
        return context

    def troubled(self) -> dict[str, Any]:
        rows = self.object.deliveries.select_related("subscriber").order_by("pk")
        return {
            "failed": rows.filter(state=SendingState.FAILED)[:LISTED],
            "in_doubt": rows.filter(state=SendingState.IN_DOUBT)[:LISTED],
            "listed": LISTED,
        }


def progress_context(issue: Issue) -> dict[str, Any]:
    """Return what the books are drawn from: ``books``, ``done`` (rows with an outcome) and ``is_moving``."""
    books = issue_books(issue)
    return {
        "issue": issue,
        "books": books,
        "done": books.candidates - books.open,
        "is_moving": issue.state in MOVING,
    }
