"""What the commands about one issue share."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.log_actions import log

from onward_newsletter.actions.issues import IssueError
from onward_newsletter.models import Issue


def find_issue(pk: int) -> Issue:
    """Return an issue, or end the command with a sentence."""
    issue = Issue.objects.select_related("newsletter").filter(pk=pk).first()
    if issue is None:
        raise CommandError(f"There is no issue {pk}.")
    return issue


class IssueCommand(BaseCommand):
    """An author's button on one issue, from a shell; refusals end it with exit code 1 and their sentence."""

    action: Callable[[Issue], Issue]
    log_action: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the issue's id."""
        parser.add_argument("id", type=int)

    def handle(self, *, id: int, **options: Any) -> None:
        """Act and say the new state."""
        try:
            issue = type(self).action(find_issue(id))
        except IssueError as error:
            raise CommandError(str(error)) from error
        log(issue, self.log_action)
        self.stdout.write(f"Issue {issue.pk} is {issue.get_state_display()}.")
