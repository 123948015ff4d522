"""Buttons for the first minutes of an issue: send, undo before it leaves, and go on without waiting for the first few."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from onward_newsletter.actions.undoing import go_on_now, send_soon, undo_seconds_left, undo_send

from .issue_actions import IssueView


class SendView(IssueView):
    page_title = gettext_lazy("Send")
    log_action = "onward_newsletter.send"
    is_dangerous = True
    tells_findings = True

    @property
    def button_label(self) -> str:  # type: ignore[override]
        return _("Send to %(people)s") % {"people": self.people()}

    def question(self) -> str:
        return _(
            "“%(subject)s” goes to %(people)s. What has left cannot be called back; the rest can be paused."
        ) % {
            "subject": self.object.subject,
            "people": self.people(),
        }

    def act(self) -> str:
        self.refuse_with_errors()
        seconds = undo_seconds_left(send_soon(self.object))
        if not seconds:
            return _("The issue is on its way.")
        return ngettext(
            "The issue leaves in %(seconds)d second. Until then you can undo it.",
            "The issue leaves in %(seconds)d seconds. Until then you can undo it.",
            seconds,
        ) % {"seconds": seconds}


class UndoView(IssueView):
    """Pressed on the screen itself, as there is less than a minute for it; the page that asks works as well."""

    page_title = gettext_lazy("Undo")
    log_action = "onward_newsletter.undo"
    button_label = gettext_lazy("Undo sending")

    def question(self) -> str:
        return _("Do not send the issue after all? It becomes a draft again, and nobody gets anything.")

    def act(self) -> str:
        undo_send(self.object)
        return _("Nothing was sent. The issue is a draft again.")


class GoOnView(IssueView):
    page_title = gettext_lazy("Go on now")
    log_action = "onward_newsletter.go_on"
    button_label = gettext_lazy("Send to the others now")

    def question(self) -> str:
        return _("Send to the others without waiting for what comes back from the first few?")

    def act(self) -> str:
        go_on_now(self.object)
        return _("The issue goes to everybody now.")


VIEWS: dict[str, type[IssueView]] = {"send": SendView, "undo": UndoView, "go_on": GoOnView}
