"""Mail to the author of an issue."""

from django.utils.translation import gettext as _

from onward_newsletter.addresses import InvalidAddress
from onward_newsletter.models import Issue

from .notices import one_line
from .outbox import enqueue_mail


def tell_author(issue: Issue) -> None:
    """Mail the author why an issue stopped by itself; the screen says it too, so a bad address does not matter."""
    subject = _("Paused: %(subject)s") % {"subject": one_line(issue.subject)}
    text = _("The issue “%(subject)s” was paused. %(reason)s\n\nWhat is left can be resumed or cancelled.")
    body = text % {"subject": issue.subject, "reason": issue.state_reason}
    address = issue.created_by.email if issue.created_by else ""
    try:
        enqueue_mail(purpose="issue_paused", address=address, subject=subject[:200], text=body)
    except InvalidAddress:
        return
