"""What a subscriber chooses on the preferences page."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from onward_newsletter.clock import database_now
from onward_newsletter.models import Newsletter, Subscriber, Subscription, Topic

from .subscribing import confirm, unsubscribe


#: For how many days the page offers to pause.
PAUSES = (14, 30, 91)


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
        switch_on(subscriber, newsletter, topic)


def switch_on(
    subscriber: Subscriber, newsletter: Newsletter, topic: Topic | None, *, source: str = "preferences"
) -> None:
    """Make one subscription active, new or not, without a word of welcome: its owner is known here."""
    subscription, _created = Subscription.objects.select_related("subscriber").get_or_create(
        subscriber=subscriber, newsletter=newsletter, topic=topic, defaults={"source": source}
    )
    Subscription.objects.filter(pk=subscription.pk, state=Subscription.State.ENDED).update(
        state=Subscription.State.PENDING, requested_at=timezone.now(), source=source
    )
    confirm(subscription, welcome=False)


def pause(subscriber: Subscriber, days: int) -> None:
    """Send the subscriber no issue for so many days, by the database's clock; 0 ends the pause at once.

    Subscriptions stay as they are, and confirmations and notices still go. What was left out is not sent later.
    Raises ValueError for a number of days that is not offered.
    """
    if days and days not in PAUSES:
        raise ValueError(f"A pause lasts {', '.join(map(str, PAUSES))} days, or 0 to end it.")
    until = database_now() + timedelta(days=days) if days else None
    Subscriber.objects.filter(pk=subscriber.pk).update(paused_until=until)
