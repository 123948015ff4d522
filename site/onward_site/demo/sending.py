"""The issue that mailed Part 1, two weeks ago, and what became of each of its deliveries."""

import uuid
from datetime import datetime, timedelta

from onward_blog import mailing
from onward_newsletter.actions.issues import prepare_issue
from onward_newsletter.messages import message_id
from onward_newsletter.models import Delivery, DeliveryEvent, Issue, SendingState

from .content import people
from .content.part_one import PART_ONE
from .stage import Stage


#: When the author pressed the button, and how long one mail took after the other.
SENT_AT = "09:00"
BETWEEN_MAILS = timedelta(milliseconds=140)

#: What the Message-IDs end with.
DOMAIN = people.NEWSLETTER_SENDER.rpartition("@")[2]

#: What a delivery's row says, by what became of its subscriber: state, and the reason where there is one.
OUTCOMES = {
    "failed": (SendingState.FAILED, "550 5.1.1 The address does not exist"),
    "in doubt": (SendingState.IN_DOUBT, "The connection broke before the server answered"),
    "left in time": (SendingState.SKIPPED, "unsubscribed"),
    "suppressed": (SendingState.SKIPPED, "suppressed"),
}
SUBMITTED = (SendingState.SUBMITTED, "")
#: What the receiving side reported: type (Anymail's), detail, and how much later.
REPORTS = {
    "failed": ("bounced", "550 5.1.1 The address does not exist", timedelta(seconds=1)),
    "mailbox full": ("bounced", "452 4.2.2 The mailbox is full", timedelta(hours=26)),
    "complained": ("complained", "Marked as spam", timedelta(hours=31)),
}


def prepare_part_one(stage: Stage) -> None:
    """Make the issue from Part 1 and prepare it for those who are subscribed at this point of the story."""
    issue = mailing.issue_for_article(stage.articles[PART_ONE.slug], Issue.Format.FULL, user=stage.user)
    if issue is None:
        raise RuntimeError("The demo needs onward_newsletter in INSTALLED_APPS.")
    issue.subject, issue.preview_text = people.ISSUE_SUBJECT, people.ISSUE_PREVIEW
    issue.intro, issue.outro = people.ISSUE_INTRO, people.ISSUE_OUTRO
    issue.state = Issue.State.PREPARING
    issue.save()
    prepare_issue(issue)
    issue.refresh_from_db()
    stage.issue = issue


def account_for_issue(stage: Stage) -> None:
    """Write the end of the story into each delivery, and close the books."""
    start = stage.moment(0, SENT_AT)
    deliveries = list(stage.issue.deliveries.select_related("subscriber").order_by("subscriber_id"))
    for place, delivery in enumerate(deliveries):
        _finish(delivery, _fate(stage, delivery), start + place * BETWEEN_MAILS)
    Delivery.objects.bulk_update(
        deliveries, ["state", "reason", "attempts", "next_at", "attempted_at", "submitted_at", "message_id"]
    )
    DeliveryEvent.objects.bulk_create(_events(stage, deliveries))
    stage.mailed = [delivery.subscriber for delivery in deliveries if _fate(stage, delivery) == "submitted"]
    _close(stage.issue, start, start + len(deliveries) * BETWEEN_MAILS)


def _fate(stage: Stage, delivery: Delivery) -> str:
    return stage.fates[delivery.subscriber_id or 0]


def _finish(delivery: Delivery, fate: str, moment: datetime) -> None:
    delivery.state, delivery.reason = OUTCOMES.get(fate, SUBMITTED)
    delivery.next_at = moment
    if delivery.state == SendingState.SKIPPED:
        return
    delivery.attempts = 1
    delivery.attempted_at = moment
    delivery.message_id = message_id(str(delivery.issue_id), delivery.address_key, DOMAIN)
    if delivery.state == SendingState.SUBMITTED:
        delivery.submitted_at = moment + BETWEEN_MAILS


def _events(stage: Stage, deliveries: list[Delivery]) -> list[DeliveryEvent]:
    fates = [(delivery, _fate(stage, delivery)) for delivery in deliveries]
    return [
        _event(delivery, *REPORTS[fate])
        for delivery, fate in fates
        if fate in REPORTS and delivery.attempted_at
    ]


def _event(delivery: Delivery, kind: str, detail: str, later: timedelta) -> DeliveryEvent:
    return DeliveryEvent(
        delivery=delivery,
        provider="smtp",
        event_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"onward-demo:{delivery.address_key}:{kind}")),
        type=kind,
        occurred_at=delivery.next_at + later,
        detail=detail,
    )


def _close(issue: Issue, start: datetime, end: datetime) -> None:
    Issue.objects.filter(pk=issue.pk).update(
        state=Issue.State.SUBMITTED_WITH_ERRORS,
        created_at=start - timedelta(minutes=25),
        prepared_at=start,
        finished_at=end,
    )
