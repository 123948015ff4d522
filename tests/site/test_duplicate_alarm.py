"""A mail that was accepted twice is reported (reliability N23)."""

import pytest
from django.utils import timezone

from onward_newsletter.models import Delivery, DeliveryEvent
from onward_site.consistency.newsletter import more_events_than_recipients, repeated_acceptances
from tests.newsletter.factories import DeliveryFactory


pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery() -> Delivery:
    return DeliveryFactory.create(issue__candidate_count=1)


def note(delivery: Delivery, event_id: str, event_type: str, provider: str = "Postmark") -> None:
    DeliveryEvent.objects.create(
        delivery=delivery, provider=provider, event_id=event_id, type=event_type, occurred_at=timezone.now()
    )


def test_one_of_each_is_well(delivery: Delivery) -> None:
    note(delivery, "1", "sent")
    note(delivery, "2", "delivered")
    note(delivery, "3", "delivered", provider="mailbox")
    for number in range(4, 7):
        note(delivery, str(number), "deferred")

    assert repeated_acceptances() == []
    assert more_events_than_recipients() == []


@pytest.mark.parametrize("event_type", ["sent", "delivered"])
def test_duplicate_is_reported(delivery: Delivery, event_type: str) -> None:
    note(delivery, "1", event_type)
    note(delivery, "2", event_type)

    (repeated,) = repeated_acceptances()
    (crowded,) = more_events_than_recipients()

    assert repeated.count == crowded.count == 1
    assert "2 times" in repeated.examples[0]
    assert "2 times" in crowded.examples[0]
    assert "for 1 recipients" in crowded.examples[0]


def test_mail_to_somebody_who_was_no_recipient_is_reported(delivery: Delivery) -> None:
    note(delivery, "1", "delivered")
    note(DeliveryFactory.create(issue=delivery.issue), "2", "delivered")

    assert repeated_acceptances() == []
    assert [finding.check for finding in more_events_than_recipients()] == ["crowded_events"]
