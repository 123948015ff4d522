"""An author sends an issue."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from onward_newsletter.actions.issues import (
    AlreadySending,
    IssueNotReady,
    NothingToSend,
    issue_books,
    issue_status,
    send_issue,
    send_test,
)
from onward_newsletter.actions.subscribing import erase_subscriber, suppress, unsubscribe
from onward_newsletter.models import Delivery, Issue, Outbox, Subscriber, Subscription, Suppression
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .factories import IssueFactory, SubscriptionFactory, TopicFactory
from .relay import issue_to, mails, readers, sending_to, states, verdict


pytestmark = pytest.mark.django_db


def test_everybody_gets_the_issue_once(relay: SinkThread) -> None:
    issue = sending_to(readers(60))

    report = pump()

    issue.refresh_from_db()
    assert (issue.state, report.submitted, report.left) == (Issue.State.SUBMITTED, 60, 0)
    assert verdict(relay, issue).is_clean
    assert len(relay.book.lines("connect")) == 1


def test_sending_twice_is_refused(relay: SinkThread) -> None:
    issue = sending_to(readers(2))
    pump()

    with pytest.raises(AlreadySending):
        send_issue(issue)

    pump()
    assert relay.book.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_start_one_send(relay: SinkThread) -> None:
    issue = issue_to(readers(5))
    outcomes: list[str] = []

    def click() -> None:
        try:
            send_issue(Issue.objects.get(pk=issue.pk))
            outcomes.append("sent")
        except AlreadySending:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pump()

    assert sorted(outcomes) == ["refused"] * 19 + ["sent"]
    assert relay.book.count() == 5


def test_an_issue_for_nobody_is_refused() -> None:
    issue = IssueFactory.create()

    with pytest.raises(NothingToSend):
        send_issue(issue)

    assert Issue.objects.get().state == Issue.State.DRAFT


def test_an_issue_without_a_subject_is_refused() -> None:
    issue = issue_to(readers(1), subject=" \n ")

    with pytest.raises(IssueNotReady):
        send_issue(issue)


def test_followers_of_the_topic_and_of_everything_get_it_once_and_others_do_not(relay: SinkThread) -> None:
    topic = TopicFactory.create()
    other = TopicFactory.create(newsletter=topic.newsletter)
    both = SubscriptionFactory.create(
        subscriber__address="both@example.org", newsletter=topic.newsletter, topic=topic
    )
    SubscriptionFactory.create(subscriber=both.subscriber, newsletter=topic.newsletter)
    SubscriptionFactory.create(subscriber__address="everything@example.org", newsletter=topic.newsletter)
    SubscriptionFactory.create(
        subscriber__address="other@example.org", newsletter=topic.newsletter, topic=other
    )
    SubscriptionFactory.create(
        subscriber__address="pending@example.org", newsletter=topic.newsletter, topic=topic, state="pending"
    )

    send_issue(IssueFactory.create(newsletter=topic.newsletter, topic=topic))
    pump()

    assert relay.book.accepted() == {"both@example.org": 1, "everything@example.org": 1}
    assert Delivery.objects.get(subscriber=both.subscriber).subscription == both


def test_a_suppressed_address_is_no_candidate(relay: SinkThread) -> None:
    issue = issue_to([*readers(2), "gone@example.org"])
    suppress(Subscriber.objects.get(address="gone@example.org").address_key, Suppression.Reason.BOUNCED)

    send_issue(issue)
    pump()

    assert issue_books(Issue.objects.get()).candidates == 2


@pytest.mark.django_db(transaction=True)
def test_who_leaves_while_it_is_sent_gets_nothing(relay: SinkThread) -> None:
    issue = sending_to(
        ["first-1@example.org", *readers(3, "leaves"), *readers(3, "erased"), *readers(3, "suppressed")]
    )

    def everybody_leaves(recipient: str) -> None:
        if recipient == "first-1@example.org":
            for subscription in Subscription.objects.filter(subscriber__address__startswith="leaves"):
                unsubscribe(subscription)
            for person in Subscriber.objects.filter(address__startswith="erased"):
                erase_subscriber(person)
            for person in Subscriber.objects.filter(address__startswith="suppressed"):
                suppress(person.address_key, Suppression.Reason.COMPLAINED)
            connection.close()

    relay.sink.on_message = everybody_leaves
    pump()

    assert relay.book.accepted() == {"first-1@example.org": 1}
    skipped = Delivery.objects.filter(state="skipped").order_by("reason").values_list("reason", flat=True)
    assert sorted(skipped) == ["erased"] * 3 + ["suppressed"] * 3 + ["unsubscribed"] * 3
    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED
    assert issue_books(issue).is_balanced


@pytest.mark.django_db(transaction=True)
def test_what_was_frozen_is_sent_whatever_happens_to_the_draft(relay: SinkThread) -> None:
    issue = sending_to(readers(30), subject="As it was", intro="The old words.")

    def rewrite(recipient: str) -> None:
        Issue.objects.filter(pk=issue.pk).update(intro="New words.", preview_text="New", outro="New words.")
        connection.close()

    relay.sink.on_message = rewrite
    pump()

    bodies = [mail.get_body(("plain",)) for mail in mails(relay)]
    assert len(bodies) == 30
    assert all("The old words." in str(body) and "New words." not in str(body) for body in bodies)


@pytest.mark.django_db(transaction=True)
def test_the_books_of_a_send_under_way_balance(relay: SinkThread) -> None:
    sending_to([*readers(20), *readers(2, "unknown"), *readers(1, "lost")])
    seen = []

    def look(recipient: str) -> None:
        seen.append(issue_books(Issue.objects.get()))
        connection.close()

    relay.sink.on_message = look
    pump()

    assert len(seen) == 21
    assert all(books.is_balanced and books.candidates == 23 for books in seen)


def test_status_has_the_keys_that_scripts_rely_on(relay: SinkThread) -> None:
    issue = sending_to(readers(3))
    pump()

    issue.refresh_from_db()
    assert issue_status(issue) == {
        "id": issue.pk,
        "state": "submitted",
        "candidates": 3,
        "submitted": 3,
        "failed": 0,
        "skipped": 0,
        "in_doubt": 0,
        "open": 0,
        "rate_per_s": 0.0,
        "eta_s": None,
    }


def test_a_test_send_leaves_no_line_in_the_ledger(relay: SinkThread) -> None:
    issue = issue_to(readers(2))

    send_test(issue, "author@example.org")
    pump()

    assert relay.book.accepted() == {"author@example.org": 1}
    assert mails(relay)[0]["Subject"].startswith("[Test] ")
    assert "%%" not in mails(relay)[0].as_string()
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_confirmations_go_out_while_an_issue_is_sent(relay: SinkThread) -> None:
    issue = sending_to(readers(40))
    relay.sink.delay = 0.05

    def subscribe(recipient: str) -> None:
        if recipient == "reader-002@example.org":
            Outbox.objects.create(
                purpose="confirm",
                address="eager@example.org",
                address_key="-",
                subject="Confirm",
                text="Press.",
                next_at=timezone.now(),
            )
            connection.close()

    relay.sink.on_message = subscribe
    pump()

    order = [line["rcpt"] for line in relay.book.lines("accepted")]
    assert order.index("eager@example.org") < len(order) - 5
    assert set(states(issue).values()) == {"submitted"}


@pytest.mark.django_db(transaction=True)
def test_two_pumps_at_once_share_the_work(relay: SinkThread) -> None:
    issue = sending_to(readers(100))
    relay.sink.delay = 0.005

    def work() -> None:
        try:
            pump()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert verdict(relay, issue).is_clean
    assert relay.book.count() == 100
