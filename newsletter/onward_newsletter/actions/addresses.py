"""Another address for a subscriber: asked for from the old one, confirmed from the new one, and not before."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from onward_newsletter.addresses import address_key as key_of
from onward_newsletter.addresses import normalise_address
from onward_newsletter.conf import get_settings
from onward_newsletter.models import AddressChange, Subscriber, Subscription, Suppression
from onward_newsletter.models.subscriber import new_nonce

from . import notices
from .personal_data import empty_outbox
from .preferences import switch_on
from .subscribing import unsubscribe


@transaction.atomic
def ask_for_address_change(subscriber: Subscriber, address: str) -> None:
    """Note that a subscriber wants mail at another address, and ask its owner.

    Returns nothing in every case: whether the new address is known, suppressed or out of its share of mails is
    nobody's business. A second wish replaces the first, and voids the link that was mailed for it. The old address
    is told; when that cannot be done, as it had its share of mails for today, nothing happens at all.
    Raises InvalidAddress for what is no address.
    """
    normalised = normalise_address(address)
    if normalised == subscriber.address:
        return
    wish = {"address": normalised, "address_key": key_of(normalised), "nonce": new_nonce()}
    change, _new = AddressChange.objects.update_or_create(
        subscriber=subscriber, defaults=wish | {"requested_at": timezone.now()}
    )
    if notices.tell_of_address_change(change) is None:
        change.delete()
        return
    notices.ask_new_address(change)


def forget_address_change(subscriber: Subscriber) -> None:
    """Drop what the subscriber wished for; the link that was mailed for it opens nothing any more."""
    AddressChange.objects.filter(subscriber=subscriber).delete()


@transaction.atomic
def confirm_address_change(change: AddressChange) -> Subscriber | None:
    """Let a subscriber's mail go to the new address; return who has it now, or None when it may not be written to.

    A new address nobody has becomes the subscriber's own: the person stays the same, with all choices and answers.
    One that is a subscriber's already gets the choices of the old one on top of its own; the old record keeps its
    history and its answers, gets no mail any more, and can be erased from any of its old mails. Every signed link
    mailed before is void.
    """
    moving = Subscriber.objects.select_for_update().get(pk=change.subscriber_id)
    deleted, _rows = AddressChange.objects.filter(pk=change.pk, nonce=change.nonce).delete()
    if not deleted or Suppression.objects.filter(address_key=change.address_key).exists():
        return None
    if _renamed(moving, change):
        return moving
    there = Subscriber.objects.get(address_key=change.address_key)
    _hand_over(moving, there)
    return there


def _renamed(moving: Subscriber, change: AddressChange) -> bool:
    """Give the subscriber the new address unless somebody has it; the unique key decides."""
    old_key = moving.address_key
    wanted = {"address": change.address, "address_key": change.address_key}
    try:
        with transaction.atomic():
            Subscriber.objects.filter(pk=moving.pk).update(
                **wanted, nonce=new_nonce(), state=Subscriber.State.ACTIVE
            )
    except IntegrityError:
        return False
    empty_outbox(old_key)
    moving.refresh_from_db()
    return True


def _hand_over(moving: Subscriber, there: Subscriber) -> None:
    active = Subscription.State.ACTIVE
    for subscription in moving.subscriptions.filter(state=active).select_related("newsletter", "topic"):
        switch_on(there, subscription.newsletter, subscription.topic, source="address")
        unsubscribe(subscription)
    moving.nonce = new_nonce()
    moving.save(update_fields=["nonce"])


def forget_unconfirmed_addresses(now: datetime | None = None) -> int:
    """Delete wishes nobody confirmed while their link was good; return how many."""
    before = (now or timezone.now()) - timedelta(hours=get_settings().CONFIRM_HOURS)
    number, _rows = AddressChange.objects.filter(requested_at__lt=before).delete()
    return number
