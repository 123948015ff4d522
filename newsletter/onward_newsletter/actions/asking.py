"""Asking the owners of imported addresses whether they want the mail, a few a minute."""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from onward_newsletter.conf import get_settings
from onward_newsletter.models import Outbox, Subscriber, Subscription

from .importing import SOURCE
from .notices import ask_to_confirm


logger = logging.getLogger(__name__)

PURPOSE = "confirm_subscription"


def asked_per_minute() -> int:
    """Return how many imported addresses are asked in a minute at most: half of what may be, for readers come first."""
    return max(1, get_settings().MAILS_PER_MINUTE // 2)


def ask_imported() -> int:
    """Write confirmation mails to imported subscribers who wait and were not asked yet; return how many.

    Safe to call at any time and by any number of workers: each is asked once, and within the limits of its address.
    """
    now = timezone.now()
    recent = Outbox.objects.filter(purpose=PURPOSE, created_at__gt=now - timedelta(minutes=1)).count()
    allowance = asked_per_minute() - recent
    if allowance <= 0:
        return 0
    asked = Outbox.objects.filter(
        address_key=OuterRef("subscriber__address_key"),
        purpose=PURPOSE,
        created_at__gte=OuterRef("requested_at"),
    )
    waiting = Subscription.objects.filter(
        ~Exists(asked),
        state=Subscription.State.PENDING,
        source=SOURCE,
        subscriber__state=Subscriber.State.ACTIVE,
    ).select_related("subscriber", "newsletter", "topic")
    return sum(
        _ask_or_log(subscription, now) for subscription in waiting.order_by("requested_at", "pk")[:allowance]
    )


def _ask_or_log(subscription: Subscription, now: datetime) -> bool:
    """Ask, and let a mail that cannot be written stop neither the others nor whoever sends mail."""
    try:
        return _ask(subscription, now)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("onward_newsletter.ask_failed", extra={"subscription": subscription.pk})
        return False


@transaction.atomic
def _ask(subscription: Subscription, now: datetime) -> bool:
    """Write the mail, unless another worker has just done so; the time to answer begins now."""
    ours = Subscription.objects.filter(
        pk=subscription.pk, state=Subscription.State.PENDING, requested_at=subscription.requested_at
    )
    if not ours.update(requested_at=now):
        return False
    subscription.requested_at = now
    return ask_to_confirm(subscription) is not None
