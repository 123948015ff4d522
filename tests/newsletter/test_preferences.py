"""A subscriber chooses what to get, takes their data along, or disappears."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from onward_newsletter.actions.outbox import enqueue_mail
from onward_newsletter.actions.subscribing import (
    erase_subscriber,
    export_subscriber,
    forget_unconfirmed,
    suppress,
)
from onward_newsletter.links import manage_url_of
from onward_newsletter.models import (
    Delivery,
    DeliveryEvent,
    Outbox,
    SendingState,
    Subscriber,
    Subscription,
    Suppression,
)
from onward_newsletter.signals import subscriber_erased

from .conftest import link_in_last_mail
from .factories import DeliveryFactory, SubscriptionFactory, TopicFactory


pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription(newsletter, series):
    return SubscriptionFactory.create(
        subscriber__address="canary@example.org", newsletter=newsletter, topic=series
    )


def page_of(subscriber):
    return manage_url_of(subscriber).removeprefix("http://127.0.0.1:8000")


def what_they_get(subscriber):
    active = subscriber.subscriptions.filter(state=Subscription.State.ACTIVE)
    return {str(subscription.topic or "everything") for subscription in active}


def test_page_shows_what_they_get_and_hides_the_address(reader, subscription):
    page = reader.get(page_of(subscription.subscriber)).content.decode()

    assert f'value="topic-{subscription.topic_id}" checked' in page
    assert "c***@e***" in page
    assert "canary@example.org" not in page


def test_link_of_an_issue_opens_the_same_page(reader):
    delivery = DeliveryFactory.create()

    assert reader.get(f"/newsletter/manage/{delivery.token}/").status_code == 200


def test_ticked_boxes_are_what_they_get_at_once(reader, subscription, newsletter):
    other = TopicFactory.create(newsletter=newsletter, name="Another series")
    page = page_of(subscription.subscriber)

    response = Client(enforce_csrf_checks=True).post(page, {"do": "save", "want": [f"topic-{other.pk}"]})

    assert (response.status_code, response["Location"]) == (303, f"{page}?done=save")
    assert what_they_get(subscription.subscriber) == {"Another series"}
    assert b"Saved." in reader.get(response["Location"]).content


def test_everything_and_a_series_can_be_ticked_and_unticked_again(reader, subscription, newsletter):
    page = page_of(subscription.subscriber)

    reader.post(page, {"do": "save", "want": [f"newsletter-{newsletter.pk}"]})
    assert what_they_get(subscription.subscriber) == {"everything"}
    reader.post(page, {"do": "save", "want": [f"topic-{subscription.topic_id}"]})
    assert what_they_get(subscription.subscriber) == {"The manager in the middle"}
    reader.post(page, {"do": "save"})
    assert what_they_get(subscription.subscriber) == set()


@pytest.mark.parametrize(
    "want", ["topic-999999", "newsletter-999", "topic-", "topic-x", "\0", "topic-1;drop"]
)
def test_boxes_that_are_not_on_the_page_count_for_nothing(reader, subscription, want):
    response = reader.post(page_of(subscription.subscriber), {"do": "save", "want": [want]})

    assert response.status_code == 303
    assert what_they_get(subscription.subscriber) == set()


def test_one_button_stops_everything(reader, subscription, newsletter):
    SubscriptionFactory.create(subscriber=subscription.subscriber, newsletter=newsletter)

    reader.post(page_of(subscription.subscriber), {"do": "leave"})

    assert what_they_get(subscription.subscriber) == set()


@pytest.mark.parametrize("what", ["", "else", "erase-now"])
def test_unknown_button_does_nothing(reader, subscription, what):
    response = reader.post(page_of(subscription.subscriber), {"do": what})

    assert response.status_code == 303
    assert what_they_get(subscription.subscriber) == {"The manager in the middle"}


def test_suppressed_subscriber_is_told_why_no_mail_comes(reader, subscription):
    suppress(subscription.subscriber.address_key, Suppression.Reason.COMPLAINED)

    assert b"none is sent, whatever is ticked" in reader.get(page_of(subscription.subscriber)).content


def test_who_has_a_forwarded_mail_gets_neither_data_nor_erasure(stranger, subscription):
    page = page_of(subscription.subscriber)

    exported, erased = stranger.post(page, {"do": "export"}), stranger.post(page, {"do": "erase"})

    assert b"canary" not in exported.content + erased.content
    assert Subscriber.objects.exists()
    assert set(Outbox.objects.values_list("address", "purpose")) == {
        ("canary@example.org", "export_link"),
        ("canary@example.org", "erase_link"),
    }


def test_copy_of_the_data_comes_by_a_mailed_link_and_a_button(reader, subscription):
    reader.post(page_of(subscription.subscriber), {"do": "export"})
    link = link_in_last_mail()

    assert b"canary@example.org" not in reader.get(link).content
    response = reader.post(link)

    assert "attachment" in response["Content-Disposition"]
    data = json.loads(response.content)
    assert data["address"] == "canary@example.org"
    assert data["subscriptions"][0]["consent"] == {
        "text": "We write once.",
        "page": "/the-manager/part-1/",
        "source": "page",
    }


def test_copy_holds_issues_events_mails_and_suppressions(subscription, newsletter):
    delivery = DeliveryFactory.create(
        subscriber=subscription.subscriber,
        subscription=subscription,
        issue__newsletter=newsletter,
        slots={"personal_line": "In Part 1 you chose …"},
    )
    DeliveryEvent.objects.create(
        delivery=delivery,
        provider="x",
        event_id="1",
        type="bounced",
        occurred_at=timezone.now(),
        detail="full",
    )
    enqueue_mail(purpose="notice", address="canary@example.org", subject="Hello", text="Words")

    data = export_subscriber(subscription.subscriber)

    assert data["issues"][0]["made_for_you"] == {"personal_line": "In Part 1 you chose …"}
    assert data["issues"][0]["events"][0]["detail"] == "full"
    assert data["mails"][0]["text"] == "Words"
    json.dumps(data)


#: Every model of this app that is about one person, and is therefore in the export and goes with the person.
PERSONAL = {
    "AddressChange",
    "Delivery",
    "DeliveryEvent",
    "Outbox",
    "Subscriber",
    "Subscription",
    "Suppression",
}


def test_every_model_that_knows_a_person_is_exported_and_erased():
    about_people = {
        model.__name__
        for model in apps.get_app_config("onward_newsletter").get_models()
        for field in model._meta.get_fields()
        if (isinstance(field, models.EmailField) and field.name == "address")
        or field.name == "address_key"
        or (field.is_relation and field.related_model in (Subscriber, Delivery) and field.concrete)
    }

    assert about_people == PERSONAL


def test_erasing_takes_a_mailed_link_and_a_button(reader, subscription):
    reader.post(page_of(subscription.subscriber), {"do": "erase"})
    link = link_in_last_mail()

    assert reader.get(link).status_code == 200
    assert Subscriber.objects.exists()
    response = reader.post(link)

    assert b"Everything about you is gone." in response.content
    assert not Subscriber.objects.exists()
    assert reader.post(link).status_code == 410


def test_erased_reader_is_nowhere_in_the_database(subscription, newsletter, author):
    subscriber = subscription.subscriber
    delivery = DeliveryFactory.create(
        subscriber=subscriber,
        subscription=subscription,
        issue__newsletter=newsletter,
        slots={"x": "canary chose"},
    )
    DeliveryEvent.objects.create(
        delivery=delivery,
        provider="x",
        event_id="1",
        type="bounced",
        occurred_at=timezone.now(),
        detail="550 <canary@example.org> unknown",
    )
    enqueue_mail(
        purpose="notice", address="canary@example.org", subject="For canary", text="canary", html="canary"
    )
    author.post(f"/admin/newsletter/subscribers/suppress/{subscriber.pk}/")
    key = subscriber.address_key

    erase_subscriber(subscriber)

    rows = [
        str(row)
        for app in apps.get_app_configs()
        for model in app.get_models()
        for row in model._base_manager.values()
    ]
    assert not [row for row in rows if "canary" in row]
    assert [row for row in rows if key in row] == [str(Suppression.objects.values().get())]


def test_erasing_keeps_the_books_and_holds_back_what_has_not_left(subscription, newsletter):
    waiting = DeliveryFactory.create(
        subscriber=subscription.subscriber, subscription=subscription, issue__newsletter=newsletter
    )
    done = DeliveryFactory.create(
        subscriber=subscription.subscriber,
        subscription=subscription,
        issue__newsletter=newsletter,
        state=SendingState.SUBMITTED,
    )

    erase_subscriber(subscription.subscriber)

    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {waiting.pk: SendingState.SKIPPED, done.pk: SendingState.SUBMITTED}
    assert set(Delivery.objects.values_list("subscriber", "subscription")) == {(None, None)}


def test_two_erased_readers_of_one_issue_do_not_collide(newsletter):
    first = DeliveryFactory.create(issue__newsletter=newsletter)
    second = DeliveryFactory.create(issue=first.issue)

    erase_subscriber(first.subscriber)
    erase_subscriber(second.subscriber)

    assert Delivery.objects.filter(subscriber=None).count() == 2


def test_erasing_without_suppressing_leaves_nothing_at_all(subscription):
    erase_subscriber(subscription.subscriber, suppress=False)

    assert not Suppression.objects.exists()


def test_complaint_outlives_erasing(subscription):
    suppress(subscription.subscriber.address_key, Suppression.Reason.COMPLAINED)

    erase_subscriber(subscription.subscriber)

    assert Suppression.objects.get().reason == Suppression.Reason.COMPLAINED


def test_log_of_erasing_names_nobody(subscription):
    erase_subscriber(subscription.subscriber)

    entry = ModelLogEntry.objects.get(action="onward_newsletter.erase")
    assert "canary" not in entry.label


def test_others_are_told_whom_to_forget(subscription, django_capture_on_commit_callbacks):
    told = []

    def listen(uuid, address_key, **kwargs):
        told.append((uuid, address_key))

    subscriber_erased.connect(listen)
    person = subscription.subscriber
    with django_capture_on_commit_callbacks(execute=True):
        erase_subscriber(person)

    assert told == [(person.uuid, person.address_key)]


def test_unconfirmed_requests_are_forgotten_after_two_weeks(newsletter):
    now = timezone.now()
    stale = SubscriptionFactory.create(newsletter=newsletter, state=Subscription.State.PENDING)
    fresh = SubscriptionFactory.create(newsletter=newsletter, state=Subscription.State.PENDING)
    active = SubscriptionFactory.create(newsletter=newsletter)
    old = [stale.pk, active.pk]
    Subscription.objects.filter(pk__in=old).update(requested_at=now - timedelta(days=15))
    Subscriber.objects.update(created_at=now - timedelta(days=15))

    assert forget_unconfirmed(now) == 1

    assert set(Subscription.objects.all()) == {fresh, active}
    assert set(Subscriber.objects.all()) == {fresh.subscriber, active.subscriber}


def test_links_about_personal_data_are_mailed_three_times_a_day_at_most(reader, subscription):
    page = page_of(subscription.subscriber)

    for _ in range(10):
        reader.post(page, {"do": "export"})

    assert Outbox.objects.count() == 3
