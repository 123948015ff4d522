"""End an issue for good; what was not handed over is skipped."""

from onward_newsletter.actions.issues import cancel_issue

from ._issues import IssueCommand


class Command(IssueCommand):
    """End an issue for good; what was not handed over is skipped."""

    help = "End an issue for good; what was not handed over is skipped."
    action = staticmethod(cancel_issue)
    log_action = "onward_newsletter.cancel"
