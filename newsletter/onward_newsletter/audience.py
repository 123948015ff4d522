"""Who gets an issue, once each, and the deliveries made from that."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from operator import attrgetter

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from wagtail import hooks

from .actions.notices import one_line
from .clock import database_now
from .messages import message_id_of_delivery
from .models import Delivery, Issue, SendingState, Subscriber, Subscription, Suppression


#: What differs between recipients: for each subscriber's primary key, a value for each slot.
Slots = dict[int, dict[str, str]]
AudienceSlots = Callable[[Sequence[Subscriber]], Slots]

#: Deliveries inserted by one statement.
BATCH = 500


def audience(issue: Issue) -> QuerySet[Subscription]:
    """Return the subscriptions that bring the issue, sorted by subscriber; one person may have several.

    An issue with a topic goes to the topic's followers and to those who want everything; one without goes to
    everybody who is subscribed to the newsletter in any way. Suppressed addresses are left out, and readers who pause.
    """
    rows = Subscription.objects.active().filter(newsletter=issue.newsletter_id)
    if issue.topic_id is not None:
        rows = rows.filter(Q(topic=issue.topic_id) | Q(topic=None))
    rows = rows.exclude(subscriber__paused_until__gt=Now())
    suppressed = Suppression.objects.filter(address_key=OuterRef("subscriber__address_key"))
    return rows.filter(~Exists(suppressed)).order_by(
        "subscriber_id", F("topic_id").asc(nulls_last=True), "pk"
    )


def count_people(issue: Issue) -> int:
    """Return how many people would get the issue now."""
    return audience(issue).order_by().values("subscriber_id").distinct().count()


def insert_deliveries(issue: Issue, audience_slots: AudienceSlots | None = None) -> int:
    """Write one delivery for each person; return how many the issue has. To be called in a transaction.

    Whoever a hook leaves out is in the ledger too, skipped with its reason.

    The unique constraints on subscriber and on address key decide who is one person.
    """
    ask = audience_slots or (lambda people: _slots_from_hooks(issue, people))
    now = database_now()
    for chosen in _batches(_one_for_each_person(issue)):
        people = [subscription.subscriber for subscription in chosen]
        slots, left_out = ask(people), _left_out(issue, people)
        rows = [_delivery(issue, subscription, slots) for subscription in chosen]
        for row in rows:
            row.next_at = now
            if reason := left_out.get(row.subscriber_id or 0):
                row.state, row.reason = SendingState.SKIPPED, reason[:255]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return Delivery.objects.filter(issue=issue).count()


def _one_for_each_person(issue: Issue) -> Iterator[Subscription]:
    """Choose the narrowest subscription: its unsubscribe link ends what brought this mail and no more."""
    rows = audience(issue).select_related("subscriber").iterator(chunk_size=2 * BATCH)
    for _subscriber, group in groupby(rows, key=attrgetter("subscriber_id")):
        yield next(group)


def _batches(rows: Iterator[Subscription]) -> Iterator[list[Subscription]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _delivery(issue: Issue, subscription: Subscription, slots: Slots) -> Delivery:
    subscriber = subscription.subscriber
    own = {name: one_line(value) for name, value in slots.get(subscriber.pk, {}).items()}
    return Delivery(
        issue=issue,
        subscriber=subscriber,
        subscription=subscription,
        address_key=subscriber.address_key,
        slots=own,
        message_id=message_id_of_delivery(issue.pk, subscriber.address_key, issue.from_header),
    )


def _left_out(issue: Issue, people: Sequence[Subscriber]) -> dict[int, str]:
    """Ask the hook ``onward_newsletter_leave_out`` who has had this by another mail; the books show them as skipped.

    Each function gets the issue and some subscribers, and returns the reason by subscriber's primary key.
    """
    left_out: dict[int, str] = {}
    for fn in hooks.get_hooks("onward_newsletter_leave_out"):
        left_out.update(fn(issue, people))
    return left_out


def _slots_from_hooks(issue: Issue, people: Sequence[Subscriber]) -> Slots:
    """Ask the hook ``onward_newsletter_audience_slots``; several answers for one person are joined.

    Each function gets the issue and some subscribers, and returns a value for each slot by subscriber's primary key.
    """
    slots: Slots = {}
    for fn in hooks.get_hooks("onward_newsletter_audience_slots"):
        for pk, values in fn(issue, people).items():
            slots.setdefault(pk, {}).update(values)
    return slots
