"""What became of a mail after it left: noted once, and acted upon by the rules for bounces and complaints."""

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.core.cache import cache
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from onward_newsletter.addresses import InvalidAddress, address_key, half_hidden, normalise_address
from onward_newsletter.clock import database_now
from onward_newsletter.messages import message_id_of_delivery
from onward_newsletter.models import (
    Delivery,
    DeliveryEvent,
    Outbox,
    SendingState,
    Subscriber,
    Subscription,
    Suppression,
)

from .in_doubt import settle_in_doubt
from .notices import one_line
from .subscribing import suppress, unsubscribe_all


logger = logging.getLogger(__name__)

#: A bounce that may pass: a full mailbox, a policy, a server that was away too long. All other types are Anymail's.
SOFT_BOUNCED = "soft_bounced"

#: So many mails that bounced softly within so long close an address (reliability N21).
SOFT_BOUNCES, SOFT_WITHIN = 3, timedelta(days=14)

#: Whoever says one of these about a mail has had it, so that a lost answer is lost no more.
PROVES_ACCEPTANCE = frozenset(
    {"queued", "sent", "deferred", "delivered", "bounced", SOFT_BOUNCED, "complained", "unsubscribed"}
)

#: What is kept; opens and clicks are not (design, law 8: least data), even if a provider reports them.
KEPT_TYPES = PROVES_ACCEPTANCE | {"rejected", "failed"}

UNKNOWN_COUNT = "onward_newsletter:events_about_unknown_mail"

ADDRESS = re.compile(r"[^\s<>()\"':;,]+@[^\s<>()\"':;,]+")


class Outcome(Enum):
    """What ``record_event`` did with an event."""

    #: Noted, and acted upon.
    RECORDED = "recorded"
    #: It had been noted before; nothing was done again.
    KNOWN = "known"
    #: Its Message-ID belongs to no mail of ours; it was counted, and nothing else.
    UNKNOWN = "unknown"
    #: A type that is not kept, such as "opened".
    IGNORED = "ignored"


@dataclass(frozen=True)
class _Mail:
    """A mail that we sent, of either kind, and the key of the address it went to; empty when nobody can say."""

    row: Delivery | Outbox
    key: str

    @property
    def delivery(self) -> Delivery | None:
        return self.row if isinstance(self.row, Delivery) else None

    @property
    def outbox(self) -> Outbox | None:
        return self.row if isinstance(self.row, Outbox) else None

    @property
    def is_erased(self) -> bool:
        return self.row.subscriber_id is None if isinstance(self.row, Delivery) else not self.row.address_key


def record_event(  # noqa: PLR0913 (an event has these parts)
    *,
    provider: str,
    event_id: str | None,
    event_type: str,
    message_id: str,
    occurred_at: datetime | None = None,
    reject_reason: str | None = "",
    description: str | None = "",
    recipient: str | None = "",
) -> Outcome:
    """Note what a provider or a returned mail says about a mail of ours, and act upon it; of any repeats only once.

    ``event_type`` and ``reject_reason`` are Anymail's words, or SOFT_BOUNCED. ``message_id`` is the one we gave the mail,
    with or without angle brackets: nobody is suppressed who was not mailed under it. An empty ``event_id`` is made of
    the rest. ``recipient`` only helps to find the key of somebody erased. Times in the future count as now.

    hard bounce -> suppressed; three soft ones in 14 days -> suppressed; complaint -> unsubscribed and suppressed; a
    provider's unsubscribing -> unsubscribed. A bounce from before the owner last confirmed is only noted.
    """
    if event_type not in KEPT_TYPES:
        return Outcome.IGNORED
    mail = _find(message_id, recipient or "")
    if mail is None:
        _count_unknown(provider)
        return Outcome.UNKNOWN
    happened = min(occurred_at or database_now(), database_now())
    reason = reject_reason or ""
    with transaction.atomic():
        _event, is_new = DeliveryEvent.objects.get_or_create(
            provider=provider[:50],
            event_id=_event_id(event_id, provider, event_type, message_id, occurred_at, reason),
            defaults={
                "delivery": mail.delivery,
                "outbox": mail.outbox,
                "type": event_type,
                "occurred_at": happened,
                "detail": "" if mail.is_erased else _detail(reason, description or ""),
            },
        )
        if is_new:
            _act(mail, event_type, reason, happened)
    return Outcome.RECORDED if is_new else Outcome.KNOWN


def events_about_unknown_mail() -> int:
    """Return how many events of the last weeks named a Message-ID that is not ours."""
    return int(cache.get(UNKNOWN_COUNT) or 0)


def _count_unknown(provider: str) -> None:
    logger.info("onward_newsletter.event_about_unknown_mail", extra={"provider": provider})
    cache.add(UNKNOWN_COUNT, 0, timeout=30 * 24 * 3600)
    try:
        cache.incr(UNKNOWN_COUNT)
    except ValueError:
        # It ran out between the two lines; one event is not worth more.
        return


def _event_id(given: str | None, *parts: object) -> str:
    """Return the event's own identity, or one that a repeat of the same event has too."""
    if given and len(given) <= 200 and given.isprintable():
        return given
    return "sha256:" + hashlib.sha256(repr((given, *parts)).encode()).hexdigest()


def _detail(reason: str, description: str) -> str:
    """Return what is kept of somebody's words: on one line, and without addresses."""
    said = one_line(": ".join(part for part in (reason, description) if part))
    return ADDRESS.sub(lambda found: half_hidden(found[0]), said)[:255]


def _find(message_id: str, recipient: str) -> _Mail | None:
    wanted = message_id.strip().strip("<>")
    if not wanted or len(wanted) > 255 or not wanted.isprintable():
        return None
    delivery = (
        Delivery.objects.select_related("issue__newsletter", "subscriber").filter(message_id=wanted).first()
    )
    if delivery:
        return _Mail(delivery, _key_of_erased(delivery, recipient) or delivery.address_key)
    outbox = Outbox.objects.filter(message_id=wanted).first()
    return _Mail(outbox, outbox.address_key) if outbox else None


def _key_of_erased(delivery: Delivery, recipient: str) -> str:
    """Return the key of an erased person's address if the event names it; our Message-ID is made of it and proves it."""
    if delivery.subscriber_id is not None:
        return ""
    try:
        key = address_key(normalise_address(recipient))
    except InvalidAddress:
        return ""
    made = message_id_of_delivery(delivery.issue_id, key, delivery.issue.from_header)
    return key if made == delivery.message_id else ""


def _act(mail: _Mail, event_type: str, reason: str, happened: datetime) -> None:
    if event_type in PROVES_ACCEPTANCE:
        _settle(mail)
    if rule := _rule_for(event_type, reason):
        rule(mail, happened)


def _rule_for(event_type: str, reason: str) -> Callable[[_Mail, datetime], None] | None:
    """Return what an event asks for; a provider that refuses to send says why, from what it saw before."""
    if event_type == "rejected":
        return {"bounced": _hard, "invalid": _hard, "spam": _complaint, "unsubscribed": _leave}.get(reason)
    return {
        "bounced": _hard,
        SOFT_BOUNCED: _soft,
        "complained": _complaint,
        "unsubscribed": _leave,
    }.get(event_type)


def _settle(mail: _Mail) -> None:
    """Count a mail as submitted whose answer was lost, or has not come yet."""
    if mail.row.state not in (SendingState.SENDING, SendingState.IN_DOUBT):
        return
    accepted = {"state": SendingState.SUBMITTED, "submitted_at": timezone.now(), "reason": ""}
    type(mail.row).objects.filter(pk=mail.row.pk, state=SendingState.SENDING).update(**accepted)
    if mail.delivery:
        settle_in_doubt([mail.delivery])
    else:
        Outbox.objects.filter(pk=mail.row.pk, state=SendingState.IN_DOUBT).update(**accepted)


def _hard(mail: _Mail, happened: datetime) -> None:
    if not _is_known_address(mail) or _confirmed_since(mail.key, happened):
        return
    stronger = (Suppression.Reason.COMPLAINED, Suppression.Reason.BY_EDITOR)
    if Suppression.objects.filter(address_key=mail.key, reason__in=stronger).exists():
        return
    suppress(mail.key, Suppression.Reason.BOUNCED)


def _soft(mail: _Mail, happened: datetime) -> None:
    if _is_known_address(mail) and _bounced_often(mail, happened):
        _hard(mail, happened)


def _complaint(mail: _Mail, happened: datetime) -> None:
    if _is_known_address(mail):
        suppress(mail.key, Suppression.Reason.COMPLAINED)


def _leave(mail: _Mail, happened: datetime) -> None:
    """End what an issue's newsletter brings to a reader who told the provider so."""
    if mail.delivery and mail.delivery.subscriber:
        unsubscribe_all(mail.delivery.subscriber, mail.delivery.issue.newsletter)


def _is_known_address(mail: _Mail) -> bool:
    """Whether the key still stands for an address; an erased reader's row has none left."""
    return bool(mail.key) and not mail.key.startswith("erased:")


def _confirmed_since(key: str, happened: datetime) -> bool:
    """Whether the address's owner has answered a mail after this one came back."""
    people = Subscriber.objects.filter(address_key=key)
    return Subscription.objects.filter(
        subscriber__in=people, state=Subscription.State.ACTIVE, confirmed_at__gt=happened
    ).exists()


def _bounced_often(mail: _Mail, happened: datetime) -> bool:
    """Whether three mails to the address, this one among them, bounced within 14 days; in whatever order we hear."""
    span = (happened - SOFT_WITHIN, happened + SOFT_WITHIN)
    bounces = DeliveryEvent.objects.filter(type=SOFT_BOUNCED, occurred_at__range=span)
    person = Subscriber.objects.filter(address_key=mail.key)
    to_address = Q(delivery__subscriber__in=person, delivery__address_key=mail.key) | Q(
        outbox__address_key=mail.key
    )
    by_mail = bounces.filter(to_address).values("delivery", "outbox").annotate(first=Min("occurred_at"))
    times = sorted(row["first"] for row in by_mail)
    return any(
        last - first <= SOFT_WITHIN for first, last in zip(times, times[SOFT_BOUNCES - 1 :], strict=False)
    )
