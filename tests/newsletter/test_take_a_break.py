"""A reader wants no issue for a while, and everything as before afterwards."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from onward_newsletter.actions.issues import prepare_issue
from onward_newsletter.actions.outbox import enqueue_mail
from onward_newsletter.actions.preferences import pause
from onward_newsletter.audience import count_people
from onward_newsletter.links import manage_url_of
from onward_newsletter.models import Delivery
from onward_newsletter.pump import pump

from .factories import IssueFactory, SubscriptionFactory
from .relay import mails, sending_to


pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription(newsletter):
    return SubscriptionFactory.create(newsletter=newsletter)


def page_of(subscriber):
    return manage_url_of(subscriber).removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize("days", [14, 30, 91])
def test_pause_holds_for_its_days_and_not_longer(subscription, newsletter, days):
    issue, pressed = IssueFactory.create(newsletter=newsletter), timezone.now()
    browser = Client(enforce_csrf_checks=True)

    response = browser.post(page_of(subscription.subscriber), {"do": f"pause-{days}"})

    assert response["Location"].endswith("?done=pause")
    assert count_people(issue) == 0
    subscription.subscriber.refresh_from_db()
    length = subscription.subscriber.paused_until - pressed
    assert timedelta(days=days) <= length < timedelta(days=days, minutes=5)


@pytest.mark.parametrize(("minutes", "people"), [(5, 0), (-5, 1)])
def test_pause_ends_by_itself(subscription, newsletter, minutes, people):
    subscription.subscriber.paused_until = timezone.now() + timedelta(minutes=minutes)
    subscription.subscriber.save()

    assert count_people(IssueFactory.create(newsletter=newsletter)) == people


def test_page_says_until_when_and_offers_to_resume(reader, subscription):
    page = page_of(subscription.subscriber)
    before = reader.get(page).content.decode()

    reader.post(page, {"do": "pause-14"})
    during = reader.get(page).content.decode()
    reader.post(page, {"do": "pause-0"})
    after = reader.get(page).content.decode()

    assert "No issue comes until" in during
    assert "Resume now" in during
    assert before == after
    assert "No issue comes until" not in before


@pytest.mark.parametrize("what", ["pause-", "pause-1", "pause-3650", "pause--14", "pause-14x", "pause"])
def test_only_the_pauses_on_the_page_are_to_be_had(reader, subscription, what):
    reader.post(page_of(subscription.subscriber), {"do": what})

    subscription.subscriber.refresh_from_db()
    assert subscription.subscriber.paused_until is None
    with pytest.raises(ValueError, match="14, 30, 91"):
        pause(subscription.subscriber, 15)


def test_opening_the_page_does_not_end_the_pause(reader, subscription):
    pause(subscription.subscriber, 14)

    reader.get(page_of(subscription.subscriber), {"do": "pause-0"})

    subscription.subscriber.refresh_from_db()
    assert subscription.subscriber.paused_until is not None


def test_who_pauses_after_the_audience_was_fixed_is_skipped_with_the_reason(relay):
    issue = sending_to(["stays@example.org", "rests@example.org"])
    prepare_issue(issue)
    resting = Delivery.objects.get(subscriber__address="rests@example.org")
    pause(resting.subscriber, 30)

    pump()

    resting.refresh_from_db()
    assert (resting.state, resting.reason) == ("skipped", "paused")
    assert [mail["To"] for mail in mails(relay)] == ["stays@example.org"]
    issue.refresh_from_db()
    assert issue.state == "submitted"


def test_confirmations_and_notices_reach_who_pauses(relay, subscription):
    pause(subscription.subscriber, 91)
    enqueue_mail(
        purpose="notice", address=subscription.subscriber.address, subject="Your answer", text="Words"
    )

    pump()

    assert [mail["Subject"] for mail in mails(relay)] == ["Your answer"]
