"""Send an issue now or at a time, from a shell."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

import swapper
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from wagtail import hooks
from wagtail.log_actions import log

from onward_newsletter.actions.composing import NoNewsletter, issue_for_page
from onward_newsletter.actions.issues import IssueError, count_audience, schedule_issue, send_issue
from onward_newsletter.models import Issue, Topic

from ._issues import find_issue


class Command(BaseCommand):
    """Send an issue, or the one that mails a page; a page is never mailed twice by this.

    Which topic a page belongs to is asked of the hook ``onward_newsletter_topic_for_page``: ``fn(page) -> Topic | None``.
    """

    help = "Send an issue, or a page as an issue. A worker or run_outbox does the sending."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to send, to whom, and when."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--page", type=int, metavar="ID", help="Send this page; its issue is made if need be."
        )
        what.add_argument("--issue", type=int, metavar="ID", help="Send this issue.")
        parser.add_argument(
            "--to",
            choices=["all", "topic"],
            help="All subscribers of the newsletter, or the followers of the page's topic (default: as the issue says).",
        )
        parser.add_argument(
            "--at", metavar="ISO8601", help="Send at this time, such as 2027-03-01T08:00+01:00."
        )

    def handle(self, **options: Any) -> None:
        """Send or schedule, and say to how many."""
        try:
            issue = find_issue(options["issue"]) if options["issue"] else _issue_of(options["page"])
            _choose_audience(issue, options["to"])
            if options["at"]:
                schedule_issue(issue, _moment(options["at"]), timezone.get_current_timezone())
            else:
                send_issue(issue)
            log(issue, "onward_newsletter.schedule" if options["at"] else "onward_newsletter.send")
        except (IssueError, NoNewsletter) as error:
            raise CommandError(str(error)) from error
        people = count_audience(issue)
        when = f"at {issue.scheduled_at:%Y-%m-%d %H:%M} UTC" if options["at"] else "now"
        self.stdout.write(f"Issue {issue.pk} goes to {people:,} subscribers {when}.")


def _issue_of(page_pk: int) -> Issue:
    page = swapper.load_model("wagtailcore", "Page").objects.filter(pk=page_pk).first()
    if page is None:
        raise CommandError(f"There is no page {page_pk}.")
    if not page.live:
        raise CommandError("This page is not published, so links to it would lead nowhere. Publish it first.")
    return issue_for_page(page.specific, topic=_topic_of(page.specific))


def _topic_of(page: Any) -> Topic | None:
    answers = (fn(page) for fn in hooks.get_hooks("onward_newsletter_topic_for_page"))
    return next((topic for topic in answers if topic is not None), None)


def _choose_audience(issue: Issue, to: str | None) -> None:
    """Set the audience of a draft; what is on its way keeps the one it has."""
    if to is None or issue.state != Issue.State.DRAFT:
        return
    topic = None if to == "all" else issue.topic or (_topic_of(issue.page.specific) if issue.page else None)
    if to == "topic" and topic is None:
        raise CommandError("This issue has no topic whose followers it could go to. Use --to all.")
    issue.topic = topic
    issue.save(update_fields=["topic"])


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{text!r} is no time. Write it like 2027-03-01T08:00+01:00.")
    return moment
