"""Dull and valid rows; a test states only what matters."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from onward_newsletter.addresses import address_key
from onward_newsletter.models import Delivery, Issue, Newsletter, Subscriber, Subscription, Topic


class NewsletterFactory(DjangoModelFactory[Newsletter]):
    class Meta:
        model = Newsletter
        django_get_or_create = ("slug",)

    name = "The Sales Floor"
    slug = "sales-floor"
    sender_name = "Mara Kalani"
    sender_address = "mara@example.org"
    postal_address = "12 Bridge Street, Leeds"


class TopicFactory(DjangoModelFactory[Topic]):
    class Meta:
        model = Topic

    newsletter = factory.SubFactory(NewsletterFactory)
    name = "The manager in the middle"
    slug = factory.Sequence(lambda n: f"series-{n}")
    key = factory.Sequence(lambda n: f"series:{n}")


class SubscriberFactory(DjangoModelFactory[Subscriber]):
    class Meta:
        model = Subscriber

    address = factory.Sequence(lambda n: f"reader{n}@example.org")
    address_key = factory.LazyAttribute(lambda row: address_key(row.address))


class SubscriptionFactory(DjangoModelFactory[Subscription]):
    class Meta:
        model = Subscription

    subscriber = factory.SubFactory(SubscriberFactory)
    newsletter = factory.SubFactory(NewsletterFactory)
    state = Subscription.State.ACTIVE
    confirmed_at = factory.LazyFunction(timezone.now)
    consent_text = "We write once."
    consent_page = "/the-manager/part-1/"
    source = "page"


class IssueFactory(DjangoModelFactory[Issue]):
    class Meta:
        model = Issue

    newsletter = factory.SubFactory(NewsletterFactory)
    subject = "You told me where the week goes"
    preview_text = "Two hundred and twelve of you answered."
    intro = "Good morning."


class DeliveryFactory(DjangoModelFactory[Delivery]):
    class Meta:
        model = Delivery

    issue = factory.SubFactory(IssueFactory)
    subscriber = factory.SubFactory(SubscriberFactory)
    subscription = factory.LazyAttribute(lambda row: _subscription_for(row))
    address_key = factory.LazyAttribute(lambda row: row.subscriber.address_key)
    next_at = factory.LazyFunction(timezone.now)


def _subscription_for(row: Any) -> Subscription:
    return SubscriptionFactory(
        subscriber=row.subscriber, newsletter=row.issue.newsletter, topic=row.issue.topic
    )
