"""A provider tells us what became of our mail, and others pretend to be it (reliability N20)."""

import base64
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.http import HttpResponse
from django.test import Client
from django.urls import clear_url_caches, include, path
from django.utils import timezone

from onward_newsletter.actions.events import events_about_unknown_mail
from onward_newsletter.messages import message_id
from onward_newsletter.models import Delivery, DeliveryEvent, Subscription, Suppression
from onward_newsletter.transports.providers import METADATA_KEY
from onward_newsletter.webhooks import tracking_urls
from tests.polls.crowd import at_once

from .factories import DeliveryFactory, SubscriptionFactory


SECRET = "provider:a-secret-for-tests-only"
SIGNING_KEY = "key-that-signs"
OURS = message_id("7", "some key", "example.org")
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
PROVIDERS = ("mailgun", "postmark", "amazon_ses")


@pytest.fixture(autouse=True)
def _providers(settings: Any) -> Iterator[None]:
    """Mount the real views of three providers, as a site with Anymail does."""
    urls = ModuleType("urls_with_webhooks")
    urls.urlpatterns = [path("webhooks/", include(tracking_urls(PROVIDERS)))]  # type: ignore[attr-defined]
    sys.modules[urls.__name__] = urls
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    settings.ONWARD_NEWSLETTER = {"WEBHOOK_PROVIDERS": PROVIDERS, "SNS_TOPICS": (TOPIC,)}
    settings.ROOT_URLCONF = urls.__name__
    clear_url_caches()
    yield
    del sys.modules[urls.__name__]


def deliver() -> Delivery:
    subscription = SubscriptionFactory.create(
        subscriber__address="reader@example.org", confirmed_at=timezone.now() - timedelta(days=90)
    )
    return DeliveryFactory.create(
        issue__newsletter=subscription.newsletter,
        subscriber=subscription.subscriber,
        subscription=subscription,
        state="submitted",
        message_id=OURS,
    )


@pytest.fixture
def delivery(db: None) -> Delivery:
    return deliver()


def post(provider: str, body: Any, *, secret: str = SECRET, **headers: str) -> HttpResponse:
    """Send what a provider sends, over the whole stack, with CSRF checks on."""
    given = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(enforce_csrf_checks=True, raise_request_exception=False).post(  # type: ignore[return-value]
        f"/webhooks/{provider}/tracking/", raw, content_type="application/json", headers={**given, **headers}
    )


def mailgun(
    event: str = "failed",
    *,
    mail: str = OURS,
    age: float = 0,
    token: str = "t" * 50,
    key: str = SIGNING_KEY,
    **data: Any,
) -> dict[str, Any]:
    stamp = str(int(time.time() - age))
    mark = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": mark},
        "event-data": {
            "event": event,
            "timestamp": time.time(),
            "id": "x",
            "recipient": "reader@example.org",
            "message": {"headers": {"message-id": mail}},
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {
                "message": "5.1.1 The account reader@example.org does not exist",
                "code": 550,
            },
            **data,
        },
    }


def postmark(kind: str = "HardBounce", *, mail: str = OURS, **data: Any) -> dict[str, Any]:
    return {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "Type": kind,
        "ID": 42,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {METADATA_KEY: mail},
        "Details": "smtp;550 5.1.1 user unknown",
        "Email": "reader@example.org",
        "BouncedAt": timezone.now().isoformat(),
        **data,
    }


def test_hard_bounce_closes_the_address(delivery: Delivery) -> None:
    assert post("mailgun", mailgun()).status_code == 200

    event = DeliveryEvent.objects.get()
    assert (event.delivery, event.provider, event.type) == (delivery, "Mailgun", "bounced")
    assert "reader@example.org" not in event.detail
    assert Suppression.objects.get().reason == "bounced"


@pytest.mark.parametrize(
    ("kind", "heard", "closed"),
    [
        ("HardBounce", "bounced", "bounced"),
        ("SoftBounce", "soft_bounced", None),
        ("Transient", "deferred", None),
        ("SpamComplaint", "complained", "complained"),
        ("BadEmailAddress", "rejected", "bounced"),
        ("Blocked", "rejected", None),
    ],
)
def test_postmark_is_understood_though_it_gives_mail_names_of_its_own(
    delivery: Delivery, kind: str, heard: str, closed: str | None
) -> None:
    assert post("postmark", postmark(kind)).status_code == 200

    assert DeliveryEvent.objects.get().type == heard
    assert [row.reason for row in Suppression.objects.all()] == ([closed] if closed else [])


@pytest.mark.parametrize(
    ("data", "heard"),
    [
        ({"severity": "temporary"}, "deferred"),
        ({"delivery-status": {"message": "552 5.2.2 mailbox full"}}, "soft_bounced"),
        ({"delivery-status": {"message": "550 5.7.1 refused by policy"}}, "soft_bounced"),
        ({"reason": "generic"}, "soft_bounced"),
        ({"delivery-status": None}, "bounced"),
    ],
)
def test_bounce_that_may_pass_is_told_from_one_that_may_not(
    delivery: Delivery, data: dict[str, Any], heard: str
) -> None:
    assert post("mailgun", mailgun(**data)).status_code == 200

    assert DeliveryEvent.objects.get().type == heard


def test_opens_and_clicks_are_not_kept(delivery: Delivery) -> None:
    for number, event in enumerate(("opened", "clicked")):
        assert post("mailgun", mailgun(event, token=str(number))).status_code == 200

    assert not DeliveryEvent.objects.exists()


def unchanged() -> bool:
    return not (DeliveryEvent.objects.exists() or Suppression.objects.exists())


@pytest.mark.parametrize(
    "attack",
    [
        {"body": mailgun(key="another")},
        {"body": mailgun() | {"signature": {}}},
        {"body": mailgun() | {"signature": None}},
        {"body": mailgun() | {"signature": "x"}},
        {"body": mailgun(), "secret": ""},
        {"body": mailgun(), "secret": "provider:wrong"},
        {"body": mailgun(age=2 * 3600)},
        {"body": mailgun(age=-2 * 3600)},
        {"body": b"no json"},
        {"body": b"[]"},
        {"body": b"[" * 200_000},
        {"body": b"\xff\x00"},
        {"body": b" " * 5_000_000},
    ],
    ids=range(13),
)
def test_attack_changes_nothing(delivery: Delivery, attack: dict[str, Any]) -> None:
    assert post("mailgun", **attack).status_code in {400, 401, 403, 413}

    assert unchanged()


@pytest.mark.parametrize("nan", ["nan", "inf", "-inf", "1e999", ""])
def test_timestamp_that_is_no_time_is_refused(delivery: Delivery, nan: str) -> None:
    body = mailgun()
    body["signature"]["timestamp"] = nan
    mark = hmac.new(SIGNING_KEY.encode(), f"{nan}{body['signature']['token']}".encode(), hashlib.sha256)
    body["signature"]["signature"] = mark.hexdigest()

    assert post("mailgun", body).status_code == 403
    assert unchanged()


@pytest.mark.parametrize("secret", ["", "wrong:words", "provider:", ":"])
def test_provider_without_a_signature_must_know_the_secret(delivery: Delivery, secret: str) -> None:
    assert post("postmark", postmark(), secret=secret).status_code in {401, 403}
    assert unchanged()


def test_without_any_secret_nobody_is_believed(delivery: Delivery, settings: Any) -> None:
    settings.ANYMAIL = {}

    for secret in ("", ":", SECRET):
        assert post("postmark", postmark(), secret=secret).status_code == 403
    assert unchanged()


@pytest.mark.parametrize("mail", ["", "a@b", "7." + "0" * 32 + "@example.org"])
def test_mail_that_is_not_ours_is_counted_and_ignored(delivery: Delivery, mail: str) -> None:
    assert post("postmark", postmark(mail=mail)).status_code == 200
    assert post("mailgun", mailgun("complained", mail=mail)).status_code == 200

    assert unchanged()
    assert events_about_unknown_mail() == 2
    assert set(Subscription.objects.values_list("state", flat=True)) == {"active"}


def test_looking_at_the_address_changes_nothing(delivery: Delivery) -> None:
    assert Client().get("/webhooks/postmark/tracking/").status_code == 405
    assert Client().head("/webhooks/postmark/tracking/").status_code == 200
    assert unchanged()


@pytest.mark.django_db(transaction=True)
def test_hundred_repeats_at_once_are_one_event() -> None:
    deliver()
    body = mailgun()
    answers: list[int] = []

    errors = at_once([lambda: answers.append(post("mailgun", body).status_code)] * 100)

    assert errors == []
    assert answers == [200] * 100
    assert DeliveryEvent.objects.count() == 1
    assert Suppression.objects.count() == 1


def sns(kind: str = "Notification", *, topic: str = TOPIC, url: str | None = None) -> dict[str, Any]:
    mail = {
        "messageId": "0100",
        "headers": [{"name": "X-Metadata", "value": json.dumps({METADATA_KEY: OURS})}],
    }
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": "r@e.org"}],
    }
    message = json.dumps({"eventType": "Bounce", "mail": mail, "bounce": bounce})
    return {
        "Type": kind,
        "MessageId": "one",
        "TopicArn": topic,
        "Token": "token",
        "Message": message,
        "Timestamp": timezone.now().isoformat(),
        **({} if url is None else {"SubscribeURL": url}),
    }


def post_sns(body: dict[str, Any], **options: str) -> HttpResponse:
    head = {"x-amz-sns-message-type": body["Type"], "x-amz-sns-message-id": body["MessageId"]}
    return post("amazon_ses", body, **head, **options)


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for boto3, which is no dependency of ours; return the topics that were confirmed with it."""
    confirmed: list[str] = []

    class Sns:
        def confirm_subscription(self, TopicArn: str, **kwargs: str) -> None:
            confirmed.append(TopicArn)

        def close(self) -> None:
            return

    monkeypatch.setattr("anymail.webhooks.amazon_ses._get_anymail_boto3_params", lambda kwargs: ({}, {}))
    monkeypatch.setattr(AmazonSESTrackingWebhookView, "get_boto_client", lambda *args, **kwargs: Sns())
    return confirmed


def test_amazon_is_understood(delivery: Delivery, amazon: list[str]) -> None:
    assert post_sns(sns()).status_code == 200

    assert DeliveryEvent.objects.get().type == "bounced"
    assert post_sns(sns(), secret="").status_code == 401


def test_own_topic_is_confirmed(delivery: Delivery, amazon: list[str]) -> None:
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"

    assert post_sns(sns("SubscriptionConfirmation", url=url)).status_code == 200
    assert amazon == [TOPIC]


@pytest.mark.parametrize(
    "attack",
    [
        {"topic": "arn:aws:sns:eu-west-1:999999999999:bounces"},
        {"topic": TOPIC + "2"},
        {"topic": ""},
        *(
            {"url": url}
            for url in (
                "http://sns.eu-west-1.amazonaws.com/",
                "https://127.0.0.1/",
                "https://169.254.169.254/latest/meta-data/",
                "https://sns.eu-west-1.amazonaws.com.example.com/",
                "https://sns.eu-west-1.amazonaws.com@example.com/",
                "https://example.com/?sns.eu-west-1.amazonaws.com",
                "https://sns.eu-west-1.amazonaws.com:22/",
                "https://sns.eu-west-1.amazonaws.com:x/",
                "file:///etc/passwd",
                "",
            )
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["Notification", "SubscriptionConfirmation"])
def test_foreign_topic_and_foreign_address_are_refused(
    delivery: Delivery, amazon: list[str], kind: str, attack: dict[str, str]
) -> None:
    assert post_sns(sns(kind, **attack)).status_code == 403

    assert amazon == []
    assert unchanged()


def test_provider_is_given_our_name_for_the_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    headers = {"Message-ID": f"<{OURS}>"}
    email = EmailMultiAlternatives("Subject", "Text", "mara@example.org", ["r@example.org"], headers=headers)
    email.metadata = {"kept": "yes"}  # type: ignore[attr-defined]

    email.send()

    assert email.metadata == {"kept": "yes", METADATA_KEY: OURS}  # type: ignore[attr-defined]


def test_unknown_provider_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="pigeon"):
        tracking_urls(["pigeon"])


@pytest.mark.parametrize(
    ("anymail", "topics", "found"),
    [
        ({"WEBHOOK_SECRET": SECRET}, (TOPIC,), []),
        ({}, (TOPIC,), ["E006"]),
        ({"WEBHOOK_SECRET": "short:one"}, (TOPIC,), ["E006"]),
        ({"WEBHOOK_SECRET": "no-user-in-this-long-secret"}, (TOPIC,), ["E006"]),
        ({"WEBHOOK_SECRET": [SECRET, "old:secret"]}, (TOPIC,), []),
        ({"WEBHOOK_SECRET": SECRET}, (), ["E007"]),
    ],
)
def test_what_is_missing_is_said_at_start(settings: Any, anymail: Any, topics: Any, found: list[str]) -> None:
    settings.ROOT_URLCONF = "onward_site.urls"
    settings.ANYMAIL = anymail
    settings.ONWARD_NEWSLETTER = {"WEBHOOK_PROVIDERS": PROVIDERS, "SNS_TOPICS": topics}

    said = [
        message.id.partition(".")[2]
        for message in run_checks()
        if message.id.startswith("onward_newsletter.")
    ]
    assert said == found
