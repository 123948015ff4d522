"""What a subscriber chooses on the preferences page."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from onward_newsletter.models import Newsletter, Subscriber, Subscription, Topic

from .subscribing import confirm, unsubscribe


@transaction.atomic
def choose(
    subscriber: Subscriber, newsletter: Newsletter, *, everything: bool, topics: Collection[Topic]
) -> None:
    """Make the subscriber's subscriptions to one newsletter exactly those chosen.

    Whoever opens the page holds a link that was mailed to the address, so what is switched on is active at once.
    """
    wanted: list[Topic | None] = [topic for topic in topics if topic.ended_at is None]
    if everything:
        wanted.append(None)
    for subscription in subscriber.subscriptions.filter(newsletter=newsletter).select_related("topic"):
        if subscription.topic not in wanted:
            unsubscribe(subscription)
    for topic in wanted:
        _switch_on(subscriber, newsletter, topic)


def _switch_on(subscriber: Subscriber, newsletter: Newsletter, topic: Topic | None) -> None:
    subscription, _created = Subscription.objects.select_related("subscriber").get_or_create(
        subscriber=subscriber, newsletter=newsletter, topic=topic, defaults={"source": "preferences"}
    )
    Subscription.objects.filter(pk=subscription.pk, state=Subscription.State.ENDED).update(
        state=Subscription.State.PENDING, requested_at=timezone.now(), source="preferences"
    )
    confirm(subscription)
