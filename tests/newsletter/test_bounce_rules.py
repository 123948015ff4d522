"""What follows from bounces and complaints, rule by rule (reliability N21)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from onward_newsletter.actions.events import Outcome, events_about_unknown_mail, record_event
from onward_newsletter.actions.personal_data import erase_subscriber, export_subscriber
from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key
from onward_newsletter.messages import message_id, message_id_of_delivery
from onward_newsletter.models import (
    Delivery,
    DeliveryEvent,
    Issue,
    Newsletter,
    Outbox,
    Subscriber,
    Subscription,
    Suppression,
)

from .factories import DeliveryFactory, IssueFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

READER = "reader@example.org"
NOW = timezone.now


@pytest.fixture
def subscription(newsletter: Newsletter) -> Subscription:
    return SubscriptionFactory.create(
        subscriber__address=READER, newsletter=newsletter, confirmed_at=NOW() - timedelta(days=90)
    )


@pytest.fixture
def another(subscription: Subscription) -> Subscription:
    """The same reader's subscription to another newsletter."""
    return SubscriptionFactory.create(
        subscriber=subscription.subscriber,
        newsletter__slug="another",
        confirmed_at=NOW() - timedelta(days=90),
    )


def mailed(subscription: Subscription) -> Delivery:
    """Return a delivery of a new issue to a subscriber, under the Message-ID it would really have."""
    issue = IssueFactory.create(newsletter=subscription.newsletter, from_header="Mara <mara@example.org>")
    key = subscription.subscriber.address_key
    return DeliveryFactory.create(
        issue=issue,
        subscriber=subscription.subscriber,
        subscription=subscription,
        state="submitted",
        message_id=message_id_of_delivery(issue.pk, key, issue.from_header),
    )


def hear(delivery: Delivery, event_type: str, *, days_ago: float = 0, **fields: Any) -> Outcome:
    return record_event(
        **{
            "provider": "Postmark",
            "event_id": None,
            "event_type": event_type,
            "message_id": f"<{delivery.message_id}>",
            "occurred_at": NOW() - timedelta(days=days_ago),
            **fields,
        }
    )


def standing() -> tuple[str, str, str]:
    """Return why the reader's address is closed, and how the subscription stands."""
    row = Subscription.objects.select_related("subscriber").get(newsletter__slug="sales-floor")
    closed = Suppression.objects.filter(address_key=row.subscriber.address_key).first()
    return closed.reason if closed else "", row.state, row.end_reason


OPEN = ("", "active", "")
BOUNCED = ("bounced", "ended", "bounced")
COMPLAINED = ("complained", "ended", "complained")

#: What is heard about mails: type, days ago, fields; and how the reader stands then.
RULES: dict[str, tuple[list[tuple[str, float, dict[str, str]]], tuple[str, str, str]]] = {
    "delivered": ([("delivered", 0, {})], OPEN),
    "sent": ([("sent", 0, {})], OPEN),
    "deferred": ([("deferred", n, {}) for n in range(5)], OPEN),
    "failed": ([("failed", 0, {})], OPEN),
    "hard": ([("bounced", 0, {})], BOUNCED),
    "hard, delivered before": ([("delivered", 1, {}), ("bounced", 0, {})], BOUNCED),
    "one soft": ([("soft_bounced", 0, {})], OPEN),
    "two soft": ([("soft_bounced", 7, {}), ("soft_bounced", 0, {})], OPEN),
    "three soft in 14 days": ([("soft_bounced", n, {}) for n in (13.9, 7, 0)], BOUNCED),
    "three soft, the first heard of last": ([("soft_bounced", n, {}) for n in (0, 7, 13.9)], BOUNCED),
    "three soft in 15 days": ([("soft_bounced", n, {}) for n in (15, 7, 0)], OPEN),
    "three soft in 14 days of four": ([("soft_bounced", n, {}) for n in (30, 15, 7, 2)], BOUNCED),
    "complaint": ([("complained", 0, {})], COMPLAINED),
    "complaint after a bounce": (
        [("bounced", 1, {}), ("complained", 0, {})],
        ("complained", "ended", "bounced"),
    ),
    "bounce after a complaint": ([("complained", 1, {}), ("bounced", 0, {})], COMPLAINED),
    "unsubscribed": ([("unsubscribed", 0, {})], ("", "ended", "unsubscribed")),
    "rejected for a bounce": ([("rejected", 0, {"reject_reason": "bounced"})], BOUNCED),
    "rejected as invalid": ([("rejected", 0, {"reject_reason": "invalid"})], BOUNCED),
    "rejected for a complaint": ([("rejected", 0, {"reject_reason": "spam"})], COMPLAINED),
    "rejected by policy": ([("rejected", 0, {"reject_reason": "blocked"})], OPEN),
    "opened": ([("opened", 0, {})], OPEN),
    "clicked": ([("clicked", 0, {})], OPEN),
}
NOT_KEPT = {"opened", "clicked"}


@pytest.mark.parametrize("rule", RULES)
def test_rule_holds(subscription: Subscription, rule: str) -> None:
    heard, expected = RULES[rule]

    for event_type, days_ago, fields in heard:
        hear(mailed(subscription), event_type, days_ago=days_ago, **fields)

    assert standing() == expected
    assert DeliveryEvent.objects.count() == (0 if rule in NOT_KEPT else len(heard))


def test_one_mail_that_bounces_three_times_counts_once(subscription: Subscription) -> None:
    delivery = mailed(subscription)

    for days_ago in (2, 1, 0):
        hear(delivery, "soft_bounced", days_ago=days_ago)

    assert standing() == OPEN
    assert DeliveryEvent.objects.count() == 3


def test_soft_bounces_of_others_do_not_add_up(subscription: Subscription, newsletter: Newsletter) -> None:
    others = SubscriptionFactory.create_batch(3, newsletter=newsletter)

    for row in (subscription, *others):
        hear(mailed(row), "soft_bounced")

    assert not Suppression.objects.exists()


def test_complaint_ends_every_newsletter(subscription: Subscription, another: Subscription) -> None:
    hear(mailed(subscription), "complained")

    assert set(Subscription.objects.values_list("state", "end_reason")) == {("ended", "complained")}
    assert Subscriber.objects.get().state == "suppressed"


def test_leaving_at_the_provider_ends_that_newsletter_only(
    subscription: Subscription, another: Subscription
) -> None:
    hear(mailed(subscription), "unsubscribed")

    another.refresh_from_db()
    assert another.state == "active"
    assert standing()[1] == "ended"


def test_repeat_changes_nothing(subscription: Subscription) -> None:
    delivery, when = mailed(subscription), NOW()
    said = {"event_id": "once", "occurred_at": when}

    assert hear(delivery, "bounced", **said) is Outcome.RECORDED
    Suppression.objects.all().delete()
    assert hear(delivery, "bounced", **said) is Outcome.KNOWN

    assert not Suppression.objects.exists()


def test_event_without_an_id_is_known_again_by_what_it_says(subscription: Subscription) -> None:
    delivery, when = mailed(subscription), NOW() - timedelta(hours=1)

    assert hear(delivery, "delivered", occurred_at=when) is Outcome.RECORDED
    assert hear(delivery, "delivered", occurred_at=when) is Outcome.KNOWN
    assert hear(delivery, "delivered", occurred_at=when + timedelta(seconds=1)) is Outcome.RECORDED


@pytest.mark.parametrize(
    "guess", ["", "<>", "x@example.org", "\x00", "1" * 300, "7." + "0" * 32 + "@example.org"]
)
def test_stranger_is_not_suppressed(subscription: Subscription, guess: str) -> None:
    mailed(subscription)

    outcome = record_event(
        provider="p", event_id="1", event_type="complained", message_id=guess, recipient=READER
    )

    assert outcome is Outcome.UNKNOWN
    assert events_about_unknown_mail() == 1
    assert not DeliveryEvent.objects.exists()
    assert standing() == OPEN


@pytest.mark.parametrize("state", ["in_doubt", "sending"])
@pytest.mark.parametrize("event_type", ["sent", "delivered", "bounced", "deferred", "complained"])
def test_lost_answer_is_found_again(subscription: Subscription, state: str, event_type: str) -> None:
    delivery = mailed(subscription)
    Delivery.objects.update(state=state, claim_token="held")
    Issue.objects.update(
        state=Issue.State.SUBMITTED_WITH_ERRORS if state == "in_doubt" else Issue.State.SENDING
    )

    hear(delivery, event_type)

    delivery.refresh_from_db()
    assert delivery.state == "submitted"
    assert delivery.submitted_at is not None
    assert Issue.objects.get().state == ("submitted" if state == "in_doubt" else "sending")


@pytest.mark.parametrize("event_type", ["rejected", "failed", "opened"])
def test_what_a_provider_did_not_take_stays_in_doubt(subscription: Subscription, event_type: str) -> None:
    delivery = mailed(subscription)
    Delivery.objects.update(state="in_doubt")

    hear(delivery, event_type)

    delivery.refresh_from_db()
    assert delivery.state == "in_doubt"


@pytest.mark.parametrize("state", ["pending", "deferred", "failed", "skipped", "submitted"])
def test_other_states_are_left_alone(subscription: Subscription, state: str) -> None:
    delivery = mailed(subscription)
    Delivery.objects.update(state=state)

    hear(delivery, "delivered")

    delivery.refresh_from_db()
    assert delivery.state == state


def test_old_bounce_does_not_close_what_was_confirmed_since(subscription: Subscription) -> None:
    delivery = mailed(subscription)
    Subscription.objects.update(confirmed_at=NOW() - timedelta(days=1))

    hear(delivery, "bounced", days_ago=3)
    assert standing() == OPEN

    hear(delivery, "complained", days_ago=3)
    assert standing() == COMPLAINED


def test_bounce_does_not_soften_what_an_editor_closed(subscription: Subscription) -> None:
    delivery = mailed(subscription)
    suppress(subscription.subscriber.address_key, Suppression.Reason.BY_EDITOR)

    hear(delivery, "bounced")

    assert Suppression.objects.get().reason == "by_editor"


def test_event_from_the_future_happened_now(subscription: Subscription) -> None:
    hear(mailed(subscription), "delivered", days_ago=-400)

    assert DeliveryEvent.objects.get().occurred_at <= NOW()


def test_words_of_a_server_are_kept_without_addresses(subscription: Subscription) -> None:
    hear(mailed(subscription), "bounced", description=f"550 <{READER}>\r\n\x00 unknown " + "x" * 400)

    detail = DeliveryEvent.objects.get().detail
    assert READER not in detail
    assert "r***@e***" in detail
    assert "\x00" not in detail
    assert len(detail) <= 255


@pytest.mark.parametrize(
    ("recipient", "closed"), [(READER, "bounced"), ("other@example.org", "erased"), ("", "erased")]
)
def test_erased_reader_is_found_by_the_key_alone(
    subscription: Subscription, recipient: str, closed: str
) -> None:
    delivery = mailed(subscription)
    erase_subscriber(subscription.subscriber)

    assert hear(delivery, "bounced", recipient=recipient, description=f"{READER} is gone") is Outcome.RECORDED

    assert DeliveryEvent.objects.get().detail == ""
    assert Suppression.objects.get().reason == closed
    assert Suppression.objects.get().address_key == address_key(READER)
    assert not Subscriber.objects.exists()


def a_notice(subscription: Subscription, **fields: Any) -> Outbox:
    key = subscription.subscriber.address_key
    notice = Outbox.objects.create(
        purpose="x", address=READER, address_key=key, subject="s", text="t", next_at=NOW(), **fields
    )
    Outbox.objects.filter(pk=notice.pk).update(message_id=message_id("outbox", str(notice.pk), "example.org"))
    notice.refresh_from_db()
    return notice


def test_notice_that_bounces_closes_the_address_too(subscription: Subscription) -> None:
    notice = a_notice(subscription, state="in_doubt")

    record_event(
        provider="p", event_id="1", event_type="bounced", message_id=notice.message_id, description="gone"
    )

    notice.refresh_from_db()
    assert notice.state == "submitted"
    assert standing() == BOUNCED
    (mail,) = export_subscriber(subscription.subscriber)["mails"]  # type: ignore[misc, attr-defined]
    assert [event["type"] for event in mail["events"]] == ["bounced"]


def test_erasing_empties_what_was_said_about_notices(subscription: Subscription) -> None:
    notice = a_notice(subscription, state="submitted")
    record_event(
        provider="p", event_id="1", event_type="deferred", message_id=notice.message_id, description="slow"
    )
    assert DeliveryEvent.objects.get().detail == "slow"

    erase_subscriber(subscription.subscriber)
    record_event(
        provider="p", event_id="2", event_type="bounced", message_id=notice.message_id, recipient=READER
    )

    assert set(DeliveryEvent.objects.values_list("detail", flat=True)) == {""}
    assert Suppression.objects.get().reason == "erased"
