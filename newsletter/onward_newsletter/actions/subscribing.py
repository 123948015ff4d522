"""Subscribing, confirming, leaving, and a person's right to their data."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onward_newsletter.addresses import address_key as key_of
from onward_newsletter.addresses import normalise_address
from onward_newsletter.conf import get_settings
from onward_newsletter.models import Newsletter, Subscriber, Subscription, Suppression, Topic
from onward_newsletter.models.subscriber import SubscriptionQuerySet, new_nonce
from onward_newsletter.signals import subscription_confirmed, subscription_ended
from onward_newsletter.suppressions import LIFTED_BY_CONFIRMING, against

from . import notices
from .personal_data import erase_subscriber, export_subscriber
from .welcome import welcome as write_welcome


__all__ = [
    "SubscribingError",
    "TopicEnded",
    "confirm",
    "covering",
    "end_topic",
    "erase_subscriber",
    "export_subscriber",
    "forget_unconfirmed",
    "subscribe",
    "suppress",
    "unsubscribe",
    "unsubscribe_all",
]


#: Pending rows are forgotten after this time (reliability S13).
PENDING_LASTS = timedelta(days=14)

ENDED_BY_SUPPRESSION = {
    Suppression.Reason.BOUNCED: Subscription.EndReason.BOUNCED,
    Suppression.Reason.COMPLAINED: Subscription.EndReason.COMPLAINED,
}


class SubscribingError(Exception):
    """Something about subscribing was refused; its text is for the reader."""


class TopicEnded(SubscribingError):
    """The topic takes no new followers."""


@transaction.atomic
def subscribe(  # noqa: PLR0913 (the consent record is part of the request)
    newsletter: Newsletter,
    *,
    address: str,
    topic: Topic | None = None,
    consent_text: str,
    consent_page: str,
    source: str,
) -> None:
    """Ask the owner of an address, by mail, whether they want a newsletter or one topic of it.

    Returns nothing in every case, so that no caller can tell strangers whether an address is known. An unknown or
    ended subscription becomes pending and gets a confirmation mail; a pending one gets it again within the limits;
    an active one is told so; an address suppressed by a complaint or an editor gets nothing.

    ``topic`` None asks for everything. ``consent_text`` is the sentence the reader agreed to, ``consent_page`` the
    address of the page it stood on, ``source`` a short word for the door ("page", "import", "admin").
    Raises InvalidAddress for what is no address, TopicEnded for a topic that takes no new followers.
    """
    if topic is not None and topic.ended_at is not None:
        raise TopicEnded(_("This series has ended and takes no new followers."))
    normalised = normalise_address(address)
    if _is_closed_to(key_of(normalised)):
        return
    subscriber = _subscriber_at(normalised)
    if active := covering(subscriber, newsletter, topic).active().first():
        notices.say_already_subscribed(active)
        return
    consent = {"consent_text": consent_text[:255], "consent_page": consent_page[:255], "source": source[:50]}
    if subscription := _ask(subscriber, newsletter, topic, consent):
        notices.ask_to_confirm(subscription)


def _is_closed_to(key: str) -> bool:
    return against("confirm_subscription").filter(address_key=key).exists()


def _subscriber_at(address: str) -> Subscriber:
    return Subscriber.objects.get_or_create(address_key=key_of(address), defaults={"address": address})[0]


def covering(subscriber: Subscriber, newsletter: Newsletter, topic: Topic | None) -> SubscriptionQuerySet:
    """Return the subscriber's subscriptions that bring a topic's mail: its own, and the one to everything."""
    rows = Subscription.objects.select_related("subscriber", "newsletter", "topic")
    return rows.filter(Q(topic=topic) | Q(topic=None), subscriber=subscriber, newsletter=newsletter)


def _ask(
    subscriber: Subscriber, newsletter: Newsletter, topic: Topic | None, consent: dict[str, str]
) -> Subscription | None:
    """Return a pending subscription to be confirmed, or None when its last mail is too fresh for another."""
    subscription, created = Subscription.objects.get_or_create(
        subscriber=subscriber, newsletter=newsletter, topic=topic, defaults=consent
    )
    if created:
        return subscription
    now = timezone.now()
    waited = timedelta(minutes=get_settings().MINUTES_BETWEEN_MAILS)
    if subscription.state == Subscription.State.PENDING and subscription.requested_at > now - waited:
        return None
    return _ask_again(subscription, now, consent)


def _ask_again(subscription: Subscription, now: datetime, consent: dict[str, str]) -> Subscription | None:
    changed = (
        Subscription.objects.filter(pk=subscription.pk, requested_at=subscription.requested_at)
        .exclude(state=Subscription.State.ACTIVE)
        .update(state=Subscription.State.PENDING, requested_at=now, **consent)
    )
    if not changed:
        return None
    subscription.refresh_from_db()
    return subscription


@transaction.atomic
def confirm(subscription: Subscription, *, welcome: bool = True) -> bool:
    """Make a pending subscription active; return whether it changed. A second call is harmless.

    After the commit a welcome mail is written where the newsletter has one; not with ``welcome`` False, for somebody
    who is a subscriber already and ticks another box.

    The owner of the address has spoken, so a suppression for bounces or after an erase is lifted.
    """
    changed = Subscription.objects.filter(pk=subscription.pk, state=Subscription.State.PENDING).update(
        state=Subscription.State.ACTIVE, confirmed_at=timezone.now(), ended_at=None, end_reason=""
    )
    if changed:
        _lift_suppression(subscription.subscriber)
        subscription.refresh_from_db()
        transaction.on_commit(
            partial(subscription_confirmed.send_robust, sender=Subscription, subscription=subscription)
        )
    if changed and welcome:
        transaction.on_commit(lambda: write_welcome(subscription), robust=True)
    return bool(changed)


def _lift_suppression(subscriber: Subscriber) -> None:
    ours = Suppression.objects.filter(address_key=subscriber.address_key)
    ours.filter(reason__in=LIFTED_BY_CONFIRMING).delete()
    if not ours.exists():
        Subscriber.objects.filter(pk=subscriber.pk).update(state=Subscriber.State.ACTIVE)


def unsubscribe(subscription: Subscription, reason: str = Subscription.EndReason.UNSUBSCRIBED) -> bool:
    """End a subscription at once; return whether it changed. A second call is harmless.

    ``reason`` is a Subscription.EndReason. Links made for the subscription before are void from now on.
    """
    return _end([subscription], reason) == 1


def unsubscribe_all(
    subscriber: Subscriber, newsletter: Newsletter, reason: str = Subscription.EndReason.UNSUBSCRIBED
) -> int:
    """End all of a subscriber's subscriptions to one newsletter; return how many ended."""
    return _end(subscriber.subscriptions.filter(newsletter=newsletter), reason)


@transaction.atomic
def end_topic(topic: Topic) -> int:
    """Close a topic to new followers and end its subscriptions, all of them or none; return how many ended.

    A second call ends what has come in between, and is harmless otherwise.
    """
    Topic.objects.filter(pk=topic.pk, ended_at=None).update(ended_at=timezone.now())
    following = topic.subscriptions.exclude(state=Subscription.State.ENDED)
    return _end(following, Subscription.EndReason.TOPIC_ENDED)


@transaction.atomic
def suppress(address_key: str, reason: str) -> Suppression:
    """Never write to an address again: note its hash and end its subscriptions.

    ``reason`` is a Suppression.Reason. A complaint outweighs every other reason, and none outweighs it.
    """
    suppression, created = Suppression.objects.get_or_create(
        address_key=address_key, defaults={"reason": reason}
    )
    if not created and suppression.reason != Suppression.Reason.COMPLAINED and suppression.reason != reason:
        suppression.reason = reason
        suppression.save(update_fields=["reason"])
    Subscriber.objects.filter(address_key=address_key).update(state=Subscriber.State.SUPPRESSED)
    end_reason = ENDED_BY_SUPPRESSION.get(Suppression.Reason(reason), Subscription.EndReason.BY_EDITOR)
    _end(Subscription.objects.filter(subscriber__address_key=address_key), end_reason)
    return suppression


@transaction.atomic
def _end(subscriptions: Iterable[Subscription], reason: str) -> int:
    """End those that have not ended yet, one conditional update each, so that each is announced once."""
    return sum(_end_one(subscription, reason) for subscription in subscriptions)


def _end_one(subscription: Subscription, reason: str) -> bool:
    changed = (
        Subscription.objects.filter(pk=subscription.pk)
        .exclude(state=Subscription.State.ENDED)
        .update(state=Subscription.State.ENDED, end_reason=reason, ended_at=timezone.now(), nonce=new_nonce())
    )
    if changed:
        subscription.refresh_from_db()
        transaction.on_commit(
            partial(subscription_ended.send_robust, sender=Subscription, subscription=subscription)
        )
    return bool(changed)


def forget_unconfirmed(now: datetime | None = None) -> int:
    """Delete subscriptions nobody confirmed in 14 days, and subscribers left with none; return how many."""
    before = (now or timezone.now()) - PENDING_LASTS
    stale = Subscription.objects.filter(state=Subscription.State.PENDING, requested_at__lt=before)
    number, _rows = stale.delete()
    Subscriber.objects.filter(subscriptions=None, deliveries=None, created_at__lt=before).delete()
    return number
