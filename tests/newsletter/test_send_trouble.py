"""The mail server refuses, hangs up, or says nothing."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from onward_newsletter.actions.issues import (
    issue_books,
    resend_in_doubt,
    resume_issue,
    settle_in_doubt,
)
from onward_newsletter.actions.outbox import enqueue_mail
from onward_newsletter.models import Delivery, Issue, Lane, Outbox, Subscriber, Suppression
from onward_newsletter.pump import pump
from onward_newsletter.signals import delivery_failed
from tests.faults.sink import SinkThread

from .relay import readers, sending_to, states, verdict


pytestmark = pytest.mark.django_db


def ended(issue: Issue) -> str:
    issue.refresh_from_db()
    return issue.state


def test_a_greylisted_address_gets_the_issue_at_the_next_try(relay: SinkThread) -> None:
    issue = sending_to(["greylisted-1@example.org", *readers(5)])

    pump()

    delivery = Delivery.objects.get(subscriber__address="greylisted-1@example.org")
    assert (delivery.state, delivery.attempts) == ("submitted", 2)
    assert ended(issue) == Issue.State.SUBMITTED


def test_an_address_that_is_deferred_for_ever_fails_after_six_tries(relay: SinkThread) -> None:
    issue = sending_to(["deferred-1@example.org", *readers(5)])

    pump()

    delivery = Delivery.objects.get(subscriber__address="deferred-1@example.org")
    assert (delivery.state, delivery.attempts) == ("failed", 6)
    assert "451" in delivery.reason
    assert ended(issue) == Issue.State.SUBMITTED_WITH_ERRORS


def test_each_further_try_waits_longer(relay: SinkThread, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ONWARD_NEWSLETTER = {}
    sending_to(["deferred-1@example.org"])
    waits = []

    for _try in range(5):
        pump()
        waits.append(Delivery.objects.get().next_at - timezone.now())
        Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))

    assert waits == sorted(waits)
    assert timedelta(seconds=55) < waits[0] < timedelta(seconds=61)
    assert waits[-1] > timedelta(hours=3)


@pytest.mark.parametrize("word", ["unknown", "rejected"])
def test_a_final_refusal_fails_that_recipient_alone(relay: SinkThread, word: str) -> None:
    issue = sending_to([f"{word}-1@example.org", *readers(5)])
    announced = []
    delivery_failed.connect(receiver := lambda delivery, **_: announced.append(delivery.pk), weak=False)

    pump()

    delivery_failed.disconnect(receiver)
    failed = Delivery.objects.get(state="failed")
    assert failed.subscriber is not None
    assert failed.subscriber.address == f"{word}-1@example.org"
    assert announced == [failed.pk]
    assert issue_books(issue).submitted == 5
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("word", ["lost", "silent"])
def test_a_lost_reply_is_in_doubt_and_never_repeated(relay: SinkThread, word: str) -> None:
    issue = sending_to([*readers(2, word), *readers(5)])

    pump()
    pump()

    assert relay.book.accepted()[f"{word}-000@example.org"] == 1
    assert {name for name, state in states(issue).items() if state == "in_doubt"} == set(readers(2, word))
    assert verdict(relay, issue).is_clean
    assert ended(issue) == Issue.State.SUBMITTED_WITH_ERRORS


@pytest.mark.parametrize("word", ["closing", "dropped"])
def test_a_message_that_was_not_taken_is_tried_again_after_a_rest(relay: SinkThread, word: str) -> None:
    issue = sending_to([f"{word}-1@example.org", *readers(5)])

    pump()

    assert states(issue)[f"{word}-1@example.org"] == "deferred"
    assert Lane.objects.get().setbacks == 1
    assert relay.book.count() == 0


def test_a_server_that_refuses_everybody_is_left_in_peace_and_blames_nobody(relay: SinkThread) -> None:
    issue = sending_to(readers(10))
    relay.set_mode("closed")

    for _beat in range(5):
        pump()

    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 0)}
    assert len(relay.book.lines("connect")) == 1
    assert ended(issue) == Issue.State.SENDING
    assert "421" in Lane.objects.get().reason


def test_sending_goes_on_when_the_server_is_back(relay: SinkThread) -> None:
    issue = sending_to(readers(10))
    relay.set_mode("closed")
    pump()
    relay.set_mode("")
    Lane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))

    pump()

    assert ended(issue) == Issue.State.SUBMITTED
    assert Lane.objects.get().setbacks == 0


def test_a_mail_server_that_is_not_there_delays_and_loses_nothing(relay: SinkThread, settings) -> None:  # type: ignore[no-untyped-def]
    issue = sending_to(readers(3))
    settings.EMAIL_PORT = 1

    report = pump()

    assert (report.submitted, report.failed, report.left) == (0, 0, 0)
    assert set(states(issue).values()) == {"pending"}


def test_a_server_by_a_name_that_none_can_have_delays_and_says_so(relay: SinkThread, settings) -> None:  # type: ignore[no-untyped-def]
    issue = sending_to(readers(3))
    settings.EMAIL_HOST = f"{64 * 'a'}.example.org"

    pump()

    assert set(states(issue).values()) == {"pending"}
    assert "label" in Lane.objects.get().reason


def test_a_server_that_says_nothing_ends_the_attempt_at_the_timeout(relay: SinkThread) -> None:
    issue = sending_to(readers(3))
    relay.set_mode("dumb")

    report = pump()

    assert report.submitted == 0
    assert set(states(issue).values()) == {"pending"}
    assert Lane.objects.get().setbacks == 1


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_recipient_at_whom_the_server_closes_does_not_keep_the_way_closed(
    relay: SinkThread, pipelining: bool
) -> None:
    relay.sink.pipelining = pipelining
    issue = sending_to(["shut-1@example.org", *readers(5)])

    for _beat in range(6):
        pump()
        Lane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))

    assert set(relay.book.accepted()) == set(readers(5))
    assert ended(issue) == Issue.State.SUBMITTED_WITH_ERRORS
    assert "421" in Delivery.objects.get(state="failed").reason


def test_a_sender_who_is_refused_does_not_keep_the_way_closed_for_others(relay: SinkThread) -> None:
    words = {"purpose": "notice", "subject": "News", "text": "Hello."}
    enqueue_mail(address="first@example.org", headers={"From": "nobody-1@example.org"}, **words)
    enqueue_mail(address="second@example.org", **words)
    issue = sending_to(readers(2))

    for _beat in range(3):
        pump()
        Lane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))

    assert set(relay.book.accepted()) == {"second@example.org", *readers(2)}
    assert ended(issue) == Issue.State.SUBMITTED
    first = Outbox.objects.get(address="first@example.org")
    assert (first.state, first.attempts) == ("pending", 0)
    assert "553" in first.reason

    Outbox.objects.update(headers={}, next_at=timezone.now())
    pump()
    assert relay.book.accepted()["first@example.org"] == 1


def test_an_issue_pauses_when_everything_is_refused(relay: SinkThread, author) -> None:  # type: ignore[no-untyped-def]
    issue = sending_to(readers(60), created_by=author.user)
    relay.set_mode("refusing")

    pump()

    assert ended(issue) == Issue.State.PAUSED
    assert "550" in issue.state_reason
    assert issue_books(issue).failed <= 25
    assert not Suppression.objects.exists()
    assert Outbox.objects.get(purpose="issue_paused").address == author.address


def test_an_issue_goes_on_after_a_pause_when_the_server_is_well_again(relay: SinkThread) -> None:
    issue = sending_to(readers(60))
    relay.set_mode("refusing")
    pump()
    relay.set_mode("")

    issue.refresh_from_db()
    resume_issue(issue)
    pump()

    books = issue_books(issue)
    assert ended(issue) == Issue.State.SUBMITTED_WITH_ERRORS
    assert (books.failed, books.submitted) == (20, 40)


def test_hard_cases_left_for_the_end_do_not_pause_an_issue(relay: SinkThread) -> None:
    hard = [address for pair in zip(readers(30, "deferred"), readers(30), strict=True) for address in pair]
    issue = sending_to(hard)

    pump()

    assert ended(issue) == Issue.State.SUBMITTED_WITH_ERRORS
    assert issue_books(issue).failed == 30


def test_an_issue_pauses_when_too_much_of_it_is_in_doubt(relay: SinkThread) -> None:
    issue = sending_to([*readers(3), *readers(20, "lost")])

    pump()

    assert ended(issue) == Issue.State.PAUSED
    assert issue_books(issue).in_doubt == 6


def test_an_editor_may_send_doubtful_ones_again_with_the_same_message_id(relay: SinkThread) -> None:
    issue = sending_to(["lost-1@example.org", *readers(2)])
    pump()

    number = resend_in_doubt(Delivery.objects.filter(state="in_doubt"))
    pump()

    ids = [
        line["message_id"] for line in relay.book.lines("accepted") if line["rcpt"] == "lost-1@example.org"
    ]
    assert number == 1
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert ended(issue) == Issue.State.SUBMITTED_WITH_ERRORS


def test_an_editor_may_settle_doubtful_ones_as_arrived(relay: SinkThread) -> None:
    issue = sending_to(["lost-1@example.org", *readers(2)])
    pump()

    settle_in_doubt(Delivery.objects.filter(state="in_doubt"))

    assert ended(issue) == Issue.State.SUBMITTED
    assert issue_books(issue).submitted == 3


def test_a_refused_sender_pauses_the_issue_and_costs_no_recipient(relay: SinkThread) -> None:
    issue = sending_to(readers(3))
    relay.set_mode("sender")

    pump()

    assert ended(issue) == Issue.State.PAUSED
    assert set(states(issue).values()) == {"pending"}


def test_an_issue_of_which_no_mail_can_be_made_waits_and_others_go(relay: SinkThread) -> None:
    broken, whole = sending_to(readers(2, "one")), sending_to(readers(2, "two"))
    Issue.objects.filter(pk=broken.pk).update(from_header="Mara mara@example.org")

    pump()

    assert ended(broken) == Issue.State.PAUSED
    assert broken.state_reason.startswith("No mail can be made of this issue: ")
    assert set(states(broken).values()) == {"pending"}
    assert ended(whole) == Issue.State.SUBMITTED


class ExplodingBackend(BaseEmailBackend):
    """A provider's backend that raises what its library raises."""

    def send_messages(self, email_messages):  # type: ignore[no-untyped-def]
        for message in email_messages:
            if message.to[0].startswith("unicode"):
                raise UnicodeError("label too long")
            if message.to[0].startswith("vanished"):
                raise TimeoutError("read timed out")
            mail.outbox.append(message)
        return len(email_messages)


def test_a_backend_that_raises_costs_that_recipient_alone(settings, relay: SinkThread) -> None:  # type: ignore[no-untyped-def]
    settings.EMAIL_BACKEND = f"{__name__}.ExplodingBackend"
    issue = sending_to(["unicode-1@example.org", "vanished-1@example.org", *readers(3)])

    pump()

    found = states(issue)
    assert found["unicode-1@example.org"] == "failed"
    assert found["vanished-1@example.org"] == "in_doubt"
    assert len(mail.outbox) == 3
    assert Subscriber.objects.count() == 5
