"""Send the pages of the package wagtail-newsletter by this engine. Its words are used here and nowhere else.

::

    pip install "wagtail-onward[newsletter,wagtail-newsletter]"
    WAGTAIL_NEWSLETTER_CAMPAIGN_BACKEND = "onward_newsletter.contrib.wagtail_newsletter.OnwardBackend"

Its audiences are our newsletters, its segments our topics, and each of its campaigns is one of our issues: a send can
be undone, paused and resumed on the issue's screen, and its books balance. What a page renders is put into the
engine's frame, which brings the unsubscribe link; the sender's address is the newsletter's.
"""

from datetime import datetime
from email.headerregistry import Address
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import get_active_log_context, log
from wagtail_newsletter.audiences import Audience, AudienceSegment
from wagtail_newsletter.campaign_backends import Campaign, CampaignBackend, CampaignBackendError

from onward_newsletter import links
from onward_newsletter.actions.composing import READY_MADE, first_error, unschedule_issue
from onward_newsletter.actions.issues import IssueError, count_audience, issue_books, schedule_issue
from onward_newsletter.actions.notices import one_line
from onward_newsletter.actions.testing import send_test
from onward_newsletter.actions.undoing import send_soon
from onward_newsletter.addresses import InvalidAddress
from onward_newsletter.clock import database_now
from onward_newsletter.models import Issue, Newsletter, Topic


State = Issue.State


class IssueCampaign(Campaign):
    """One of our issues, as the package sees it."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue

    @property
    def is_scheduled(self) -> bool:
        """Whether it goes out later; sending that can still be undone counts as that."""
        return bool(self.issue.state == State.SCHEDULED)

    @property
    def is_sent(self) -> bool:
        """Whether it is on its way, or through."""
        return self.issue.state not in (State.DRAFT, State.SCHEDULED)

    @property
    def url(self) -> str:
        """The address of the issue's screen."""
        return links.absolute(reverse("onward_newsletter_issues:inspect", args=[self.issue.pk]))

    def get_report(self) -> dict[str, Any]:
        """Return when it leaves or left, and how many were submitted; nobody counts opens or clicks here."""
        books = issue_books(self.issue)
        return {
            "send_time": self.issue.prepared_at or self.issue.scheduled_at,
            "emails_sent": books.submitted,
            "bounces": books.failed,
            "opens": _("not counted"),
            "clicks": _("not counted"),
        }


class OnwardBackend(CampaignBackend):
    """Our engine behind the package's interface; refusals are its CampaignBackendError, with our sentence."""

    name = "Onward"

    def get_audiences(self) -> list[Audience]:
        """Return every newsletter, with how many people get one of its issues."""
        return [
            Audience(id=str(row.pk), name=row.name, member_count=count_audience(Issue(newsletter=row)))
            for row in Newsletter.objects.order_by("name")
        ]

    def get_audience_segments(self, audience_id: str) -> list[AudienceSegment]:
        """Return a newsletter's topics that have not ended. Raises Audience.DoesNotExist for no newsletter."""
        newsletter = Newsletter.objects.filter(pk=_number(audience_id)).first()
        if newsletter is None:
            raise Audience.DoesNotExist
        return [
            AudienceSegment(
                id=f"{newsletter.pk}/{topic.pk}",
                name=topic.name,
                member_count=count_audience(Issue(newsletter=newsletter, topic=topic)),
            )
            for topic in newsletter.topics.filter(ended_at=None).order_by("name")
        ]

    def save_campaign(  # noqa: PLR0913 (the package's signature)
        self,
        *,
        campaign_id: str | None = None,
        recipients: Any,
        subject: str,
        html: str,
        from_name: str,
        reply_to: str,
    ) -> str:
        """Write a draft issue, a new one if there is none; return its number. What has been sent stays as it is."""
        issue = self._issue(campaign_id) or Issue(kind=READY_MADE, created_by=_user())
        if issue.pk and issue.state != State.DRAFT:
            raise CampaignBackendError(
                _("This issue is %(state)s, so it can no longer be changed.")
                % {"state": issue.get_state_display()}
            )
        newsletter, topic = _audience_of(recipients)
        issue.newsletter, issue.topic = newsletter, topic
        # The package sends even when saving has just failed, so a draft without recipients must say no itself.
        issue.state_reason = "" if recipients else _("Choose the recipients first.")
        issue.subject, issue.html = one_line(subject)[:200], html
        issue.from_header = str(
            Address(display_name=one_line(from_name), addr_spec=newsletter.sender_address)
        )
        issue.reply_to = one_line(reply_to)[:255]
        issue.save()
        return str(issue.pk)

    def get_campaign(self, campaign_id: str) -> IssueCampaign | None:
        """Return the issue, or None when it was deleted or cancelled: the package offers to make another one."""
        issue = self._issue(campaign_id)
        return IssueCampaign(issue) if issue else None

    def send_test_email(self, *, campaign_id: str, email: str) -> None:
        """Mail the issue as it stands to one address."""
        try:
            mail = send_test(self._existing(campaign_id), email)
        except (IssueError, InvalidAddress) as error:
            raise CampaignBackendError(str(error)) from error
        if mail is None:
            raise CampaignBackendError(
                _("This address takes no mail from here: it is on the list of suppressed ones.")
            )

    def send_campaign(self, campaign_id: str) -> None:
        """Send once the time to undo is over; until then the package shows it as scheduled."""
        issue = self._ready(campaign_id)
        self._do(lambda: send_soon(issue))
        log(issue, "onward_newsletter.send")

    def validate_schedule_time(self, schedule_time: datetime) -> None:
        """Refuse a time that has passed."""
        if schedule_time <= database_now():
            raise CampaignBackendError(_("That time has passed. Choose a later one, or send now."))

    def schedule_campaign(self, campaign_id: str, schedule_time: datetime) -> None:
        """Send at a time, in the site's zone."""
        issue, zone = self._ready(campaign_id), timezone.get_current_timezone()
        self._do(lambda: schedule_issue(issue, schedule_time, zone))
        log(issue, "onward_newsletter.schedule")

    def unschedule_campaign(self, campaign_id: str) -> None:
        """Make it a draft again, which undoes a send as well."""
        issue = self._existing(campaign_id)
        if not unschedule_issue(issue):
            raise CampaignBackendError(_("It is too late: the issue is being sent. You can pause it."))
        log(issue, "onward_newsletter.unschedule")

    def _do(self, act: Any) -> None:
        try:
            act()
        except IssueError as error:
            raise CampaignBackendError(str(error)) from error

    def _issue(self, campaign_id: str | None) -> Issue | None:
        issues = Issue.objects.filter(pk=_number(campaign_id), kind=READY_MADE)
        return issues.exclude(state=State.CANCELLED).select_related("newsletter", "topic").first()

    def _existing(self, campaign_id: str) -> Issue:
        issue = self._issue(campaign_id)
        if issue is None:
            raise CampaignBackendError(_("There is no such issue any more. Save it again."))
        return issue

    def _ready(self, campaign_id: str) -> Issue:
        issue = self._existing(campaign_id)
        if issue.state_reason:
            raise CampaignBackendError(issue.state_reason)
        if issue.state == State.DRAFT and (error := first_error(issue)):
            raise CampaignBackendError(error)
        return issue


def _number(text: str | None) -> int:
    """Return the number a text holds, or one that no row has."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _audience_of(recipients: Any) -> tuple[Newsletter, Topic | None]:
    newsletters = Newsletter.objects.order_by("pk")
    if recipients is not None:
        newsletters = newsletters.filter(pk=_number(recipients.audience))
    newsletter = newsletters.first()
    if newsletter is None:
        raise CampaignBackendError(_("There is no such newsletter. Make one first, or choose others."))
    if recipients is None or not recipients.segment:
        return newsletter, None
    topic = newsletter.topics.filter(pk=_number(recipients.segment.partition("/")[2])).first()
    if topic is None:
        raise CampaignBackendError(_("There is no such topic any more. Choose other recipients."))
    return newsletter, topic


def _user() -> Any:
    """Return who is signed in; the package opens a log context for whoever pressed its button."""
    return getattr(get_active_log_context(), "user", None)
