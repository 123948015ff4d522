"""What a subscriber chooses on the preferences page."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from onward_newsletter.models import Newsletter, Subscriber, Subscription, Topic

from .subscribing import confirm, unsubscribe


@transaction.atomic
def choose(subscriber: Subscriber, newsletter: Newsletter, *, everything: bool, topics: Collection[Topic]) -> None:
    """Make the subscriber's subscriptions to one newsletter exactly those chosen.

    Whoever opens the page holds a link that was mailed to the address, so what is switched on is active at once.
    """
    wanted: set[int | None] = {topic.pk for topic in topics if topic.ended_at is None}
    if everything:
        wanted.add(None)
    for subscription in subscriber.subscriptions.filter(newsletter=newsletter):
        if subscription.topic_id not in wanted:
            unsubscribe(subscription)
    for topic_id in wanted:
        _switch_on(subscriber, newsletter, topic_id)


def _switch_on(subscriber: Subscriber, newsletter: Newsletter, topic_id: int | None) -> None:
    subscription, _created = Subscription.objects.select_related("subscriber").get_or_create(
        subscriber=subscriber, newsletter=newsletter, topic_id=topic_id, defaults={"source": "preferences"}
    )
    Subscription.objects.filter(pk=subscription.pk, state=Subscription.State.ENDED).update(
        state=Subscription.State.PENDING, requested_at=timezone.now(), source="preferences"
    )
    confirm(subscription)
