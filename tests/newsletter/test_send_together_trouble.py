"""What became of the recipients of one call: the ledger says it of each, also when nobody answered."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.utils import timezone

from onward_newsletter.actions.issues import issue_books, pause_issue, prepare_issue
from onward_newsletter.actions.subscribing import unsubscribe
from onward_newsletter.models import Delivery, DeliveryEvent, Issue, Lane, Subscription
from onward_newsletter.pump import pump

from .certificate import HOST
from .factories import NewsletterFactory
from .provider import Answer, ProviderServer, Received, mails_by_address, sizes
from .relay import readers, sending_to, states


pytestmark = pytest.mark.django_db


def rested() -> None:
    """Let the lane's rest be over."""
    Lane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))


def outcomes(issue: Issue) -> list[str]:
    """Return the state of each delivery, in the order of the audience."""
    return list(Delivery.objects.filter(issue=issue).order_by("pk").values_list("state", flat=True))


# What became of them


def test_each_recipient_has_its_own_outcome(send_over: Callable[..., None], provider: ProviderServer) -> None:
    send_over("mailgun", backend="tests.newsletter.provider.MailgunThatSaysMore")
    became = dict(zip(readers(5), ["rejected", "invalid", "failed", "unknown", "not mentioned"], strict=True))
    provider.answer = lambda mails: Answer(
        200, json.dumps({"id": "<1@mg>", "message": "Queued.", "became": became}), takes=True
    )
    issue = sending_to(readers(10))

    pump()

    assert sizes(provider) == [10]
    assert outcomes(issue) == ["failed"] * 3 + ["in_doubt"] * 2 + ["submitted"] * 5
    reasons = Delivery.objects.filter(state="failed").order_by("pk").values_list("reason", flat=True)
    assert [word in reason for word, reason in zip(became.values(), reasons, strict=False)] == [True] * 3
    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED_WITH_ERRORS
    assert issue_books(issue).is_balanced


@pytest.mark.parametrize(
    ("accepted", "rejected", "became"), [(0, 4, "failed"), (3, 1, "in_doubt"), (4, 0, "submitted")]
)
def test_what_sparkpost_does_not_say_of_each_is_in_doubt(
    send_over: Callable[..., None], provider: ProviderServer, accepted: int, rejected: int, became: str
) -> None:
    send_over("sparkpost")
    said = {"total_accepted_recipients": accepted, "total_rejected_recipients": rejected, "id": "1"}
    provider.answer = lambda mails: Answer(200, json.dumps({"results": said}), takes=True)
    issue = sending_to(readers(4))

    pump()

    assert outcomes(issue) == [became] * 4


LOST = {
    "it hangs up": Answer(0, takes=True),
    "it says what nobody understands": Answer(200, "<html>Welcome!</html>", takes=True),
    "it says nothing of use": Answer(200, "[]", takes=True),
    "500": Answer(500, takes=True),
    "502": Answer(502, "Bad gateway", takes=True),
    "503": Answer(503, "upstream connect error", takes=True),
    "504": Answer(504, takes=True),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_a_lost_answer_leaves_those_of_one_call_in_doubt(
    send_over: Callable[..., None], provider: ProviderServer, lost: Answer
) -> None:
    send_over("mailgun", together=4)
    provider.answer = lambda mails: lost if len(provider.calls) == 1 else None
    issue = sending_to(readers(10))

    pump()

    assert sizes(provider) == [4]
    assert outcomes(issue) == ["in_doubt"] * 4 + ["pending"] * 6
    assert Lane.objects.get(name="relay").setbacks == 1
    rested()
    pump()
    # One alone finds out that the provider is back.
    assert sizes(provider) == [4, 1, 4, 1]
    assert len(mails_by_address(provider)) == 10
    assert issue_books(issue).in_doubt == 4


def test_silence_leaves_those_of_one_call_in_doubt(
    send_over: Callable[..., None], provider: ProviderServer
) -> None:
    send_over("mailgun", together=4)
    over = threading.Event()

    def say_nothing(mails: list[Received]) -> None:
        over.wait(30)

    provider.answer = say_nothing
    issue = sending_to(readers(6))

    pump()

    over.set()
    assert sizes(provider) == [4]
    assert outcomes(issue) == ["in_doubt"] * 4 + ["pending"] * 2
    assert "timed out" in Delivery.objects.filter(state="in_doubt")[0].reason.lower()


def test_too_much_in_doubt_pauses_the_issue(mailgun: ProviderServer) -> None:
    mailgun.answer = lambda mails: Answer(0, takes=True)
    issue = sending_to(readers(10))

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.PAUSED
    assert "10 messages" in issue.state_reason


def test_an_event_tells_what_the_answer_did_not(mailgun: ProviderServer) -> None:
    import_module("onward_newsletter.webhooks")
    mailgun.answer = lambda mails: Answer(0, takes=True)
    issue = sending_to(readers(3))
    pump()

    for mail, kind in zip(mailgun.mails, ["delivered", "bounced"], strict=False):
        event = AnymailTrackingEvent(
            event_type=kind, event_id=mail.to, message_id="<1@mg>", metadata=mail.metadata, recipient=mail.to
        )
        tracking.send(sender=object, event=event, esp_name="Mailgun")

    assert outcomes(issue) == ["submitted", "submitted", "in_doubt"]
    bounced = DeliveryEvent.objects.get(type="bounced").delivery
    assert bounced is not None
    assert bounced.subscriber is not None
    assert bounced.subscriber.address == "reader-001@example.org"


# What was not taken


@pytest.mark.parametrize("together", [1, 100])
@pytest.mark.parametrize("way", ["nobody is there", "no such host", "429"])
def test_what_was_certainly_not_taken_goes_later_and_costs_no_try(
    send_over: Callable[..., None], settings: Any, provider: ProviderServer, way: str, together: int
) -> None:
    send_over("mailgun", together=together, port=1 if way == "nobody is there" else 0)
    if way == "no such host":
        settings.ANYMAIL = {**settings.ANYMAIL, "MAILGUN_API_URL": "http://mailgun.invalid/mailgun/v3"}
    provider.answer = lambda mails: Answer(429, "Slow down") if way == "429" else None
    issue = sending_to(readers(10), NewsletterFactory.create(rate_per_day=10))

    for _beat in range(3):
        pump()
        rested()

    assert set(Delivery.objects.values_list("state", "attempts", "claim_token")) == {("pending", 0, "")}
    assert Lane.objects.get(name="relay").setbacks == 3
    provider.answer = lambda mails: None
    provider.calls.clear()
    send_over("mailgun", together=together)
    # What was tried alone counts for the limit of the day.
    assert Lane.objects.exclude(name="relay").get().day_count == (3 if together == 1 else 2)
    Lane.objects.update(day_count=0)
    pump()
    assert len(mails_by_address(provider)) == 10
    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED


def test_a_provider_that_nobody_vouches_for_is_given_nothing(
    mailgun: ProviderServer, certificate: Path, settings: Any
) -> None:
    issue = sending_to(readers(10))
    with ProviderServer(certificate) as stranger:
        url = f"https://{HOST}:{stranger.port}/mailgun/v3"
        settings.ANYMAIL = {**settings.ANYMAIL, "MAILGUN_API_URL": url}

        pump()

        assert stranger.calls == []
    assert outcomes(issue) == ["pending"] * 10
    assert "CERTIFICATE_VERIFY_FAILED" in Lane.objects.get().reason


@pytest.mark.parametrize("together", [1, 100])
def test_a_wrong_key_stops_the_issue_and_blames_nobody(
    send_over: Callable[..., None], provider: ProviderServer, together: int
) -> None:
    send_over("mailgun", together=together)
    provider.answer = lambda mails: Answer(401, "Forbidden")
    issue = sending_to(readers(30))

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.PAUSED
    assert "401" in issue.state_reason
    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 0)}
    assert len(provider.calls) == 1


def test_settings_that_lack_the_key_stop_the_issue_and_blame_nobody(
    mailgun: ProviderServer, settings: Any
) -> None:
    settings.ANYMAIL = {}
    issue = sending_to(readers(30))

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.PAUSED
    assert "MAILGUN_API_KEY" in issue.state_reason
    assert set(outcomes(issue)) == {"pending"}


def refuse_poison(mails: list[Received]) -> Answer | None:
    is_poisoned = any(mail.to.startswith("poison") for mail in mails)
    return Answer(400, '{"message": "to parameter is not a valid address"}') if is_poisoned else None


def test_one_that_spoils_the_call_fails_alone(mailgun: ProviderServer) -> None:
    mailgun.answer = refuse_poison
    issue = sending_to([*readers(4), "poison-000@example.org", *readers(3, "other")])

    pump()

    assert sizes(mailgun) == [8, *[1] * 8]
    assert states(issue).pop("poison-000@example.org") == "failed"
    assert len(mails_by_address(mailgun)) == 7
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}
    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED_WITH_ERRORS


def test_a_worker_that_is_stopped_meanwhile_gives_the_rest_back(mailgun: ProviderServer) -> None:
    mailgun.answer = refuse_poison
    issue = sending_to(["poison-000@example.org", *readers(5)])

    pump(should_stop=lambda: len(mailgun.calls) == 3)

    assert sizes(mailgun) == [6, 1, 1]
    assert outcomes(issue) == ["failed", "submitted", *["pending"] * 4]
    assert set(Delivery.objects.filter(state="pending").values_list("attempts", "claim_token")) == {(0, "")}


# Who may still get it


def test_who_left_meanwhile_is_not_in_the_call(mailgun: ProviderServer) -> None:
    issue = sending_to(readers(5))
    prepare_issue(issue)
    unsubscribe(Subscription.objects.order_by("pk")[1])

    pump()

    assert mailgun.calls == [[address for address in readers(5) if address != "reader-001@example.org"]]
    assert states(issue)["reader-001@example.org"] == "skipped"


def test_a_pause_stops_the_next_call(
    send_over: Callable[..., None], provider: ProviderServer, db: None
) -> None:
    send_over("mailgun", together=4)
    issue = sending_to(readers(10))
    prepare_issue(issue)
    over: list[object] = []

    def pause_after_the_first() -> bool:
        if provider.calls and not over:
            over.append(pause_issue(Issue.objects.get(pk=issue.pk)))
        return False

    pump(should_stop=pause_after_the_first)

    assert sizes(provider) == [4]
    assert outcomes(issue) == ["submitted"] * 4 + ["pending"] * 6


# Limits


def test_a_rate_is_kept_to_one_by_one(mailgun: ProviderServer) -> None:
    sending_to(readers(8), NewsletterFactory.create(rate_per_second=200))

    pump()

    assert sizes(mailgun) == [1] * 8


def test_the_limit_of_the_day_counts_recipients(mailgun: ProviderServer) -> None:
    sending_to(readers(12), NewsletterFactory.create(rate_per_day=7))

    assert [pump().submitted, pump().submitted] == [7, 0]

    assert sizes(mailgun) == [7]
