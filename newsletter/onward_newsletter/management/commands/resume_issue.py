"""Go on with the rest of a paused issue."""

from onward_newsletter.actions.issues import resume_issue

from ._issues import IssueCommand


class Command(IssueCommand):
    """Go on with the rest of a paused issue."""

    help = "Go on with the rest of a paused issue."
    action = staticmethod(resume_issue)
    log_action = "onward_newsletter.resume"
