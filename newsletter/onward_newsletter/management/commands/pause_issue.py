"""Stop an issue before the next message."""

from onward_newsletter.actions.issues import pause_issue

from ._issues import IssueCommand


class Command(IssueCommand):
    """Stop an issue before the next message."""

    help = "Stop an issue before the next message."
    action = staticmethod(pause_issue)
    log_action = "onward_newsletter.pause"
