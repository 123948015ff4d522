"""Everything this app holds about one person: out, or away."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from wagtail import hooks
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from onward_newsletter.models import (
    AddressChange,
    Delivery,
    DeliveryEvent,
    Outbox,
    SendingState,
    Subscriber,
    Subscription,
    Suppression,
)
from onward_newsletter.signals import subscriber_erased


#: States in which nothing has been handed over yet, so that the mail can still be kept back.
NOT_HANDED_OVER = (SendingState.PENDING, SendingState.CLAIMED, SendingState.DEFERRED)


def export_subscriber(subscriber: Subscriber) -> dict[str, object]:
    """Return everything this app holds about a subscriber, ready for JSON.

    Keys: ``address``, ``since``, ``state``; ``subscriptions`` (newsletter, topic or None, state, the times, and the
    consent: text, page, source); ``issues`` (subject, state, reason, the times, the words made for this person, and
    events); ``mails`` (what other mail was written to the address); ``suppressions``; ``paused_until``; ``address_wished_for`` (the address
    and when it was asked for, or None). Times are ISO 8601 in UTC.
    """
    outbox = Outbox.objects.filter(address_key=subscriber.address_key).prefetch_related("events")
    suppressions = Suppression.objects.filter(address_key=subscriber.address_key)
    return {
        "address": subscriber.address,
        "since": _time(subscriber.created_at),
        "state": subscriber.state,
        "subscriptions": [_subscription(row) for row in _subscriptions_of(subscriber)],
        "issues": [_delivery(row) for row in _deliveries_of(subscriber)],
        "mails": [_mail(row) for row in outbox.order_by("created_at")],
        "paused_until": _time(subscriber.paused_until),
        "address_wished_for": _wish(subscriber),
        "suppressions": [{"reason": row.reason, "since": _time(row.created_at)} for row in suppressions],
    }


def export_everything(subscriber: Subscriber) -> dict[str, object]:
    """Return ``export_subscriber`` with what other apps hold about the person beside it, ready for JSON.

    Each function of the hook ``onward_newsletter_personal_data`` takes the subscriber and returns a dict of further
    keys. The mailed copy of one's data is made of this.
    """
    data = export_subscriber(subscriber)
    for collect in hooks.get_hooks("onward_newsletter_personal_data"):
        data |= collect(subscriber)
    return data


def _subscriptions_of(subscriber: Subscriber) -> QuerySet[Subscription]:
    return subscriber.subscriptions.select_related("newsletter", "topic").order_by("requested_at")


def _deliveries_of(subscriber: Subscriber) -> QuerySet[Delivery]:
    return subscriber.deliveries.select_related("issue").prefetch_related("events").order_by("pk")


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _subscription(row: Subscription) -> dict[str, object]:
    return {
        "newsletter": row.newsletter.name,
        "topic": row.topic.name if row.topic else None,
        "state": row.state,
        "end_reason": row.end_reason,
        "asked_at": _time(row.requested_at),
        "confirmed_at": _time(row.confirmed_at),
        "ended_at": _time(row.ended_at),
        "consent": {"text": row.consent_text, "page": row.consent_page, "source": row.source},
    }


def _delivery(row: Delivery) -> dict[str, object]:
    return {
        "subject": row.issue.subject,
        "state": row.state,
        "reason": row.reason,
        "attempted_at": _time(row.attempted_at),
        "submitted_at": _time(row.submitted_at),
        "message_id": row.message_id,
        "made_for_you": row.slots,
        "events": _events(row),
    }


def _events(row: Delivery | Outbox) -> list[dict[str, object]]:
    return [
        {"type": event.type, "at": _time(event.occurred_at), "detail": event.detail}
        for event in row.events.all()
    ]


def _wish(subscriber: Subscriber) -> dict[str, object] | None:
    change = AddressChange.objects.filter(subscriber=subscriber).first()
    return {"address": change.address, "asked_at": _time(change.requested_at)} if change else None


def _mail(row: Outbox) -> dict[str, object]:
    return {
        "purpose": row.purpose,
        "subject": row.subject,
        "text": row.text,
        "state": row.state,
        "written_at": _time(row.created_at),
        "submitted_at": _time(row.submitted_at),
        "events": _events(row),
    }


@transaction.atomic
def erase_subscriber(subscriber: Subscriber, *, suppress: bool = True) -> None:
    """Remove a person: address, subscriptions, mail written to them, and what was made for them.

    Deliveries stay as anonymous lines of the ledger, so that the books of each issue still balance; those not handed
    over yet are skipped. With ``suppress`` a hash of the address is kept, so that an import cannot bring it back;
    the person can, by subscribing and confirming. Sends ``subscriber_erased``.
    """
    key, uuid, address = subscriber.address_key, subscriber.uuid, subscriber.address
    _anonymise_deliveries(subscriber)
    for change in subscriber.address_changes.all():
        _empty(Outbox.objects.filter(address_key=change.address_key, purpose="address_change"))
    empty_outbox(key)
    if suppress:
        Suppression.objects.get_or_create(address_key=key, defaults={"reason": Suppression.Reason.ERASED})
    _log_without_address(subscriber)
    subscriber.delete()
    transaction.on_commit(
        partial(subscriber_erased.send_robust, sender=Subscriber, uuid=uuid, address=address, address_key=key)
    )


def _anonymise_deliveries(subscriber: Subscriber) -> None:
    rows = Delivery.objects.filter(Q(subscriber=subscriber) | Q(address_key=subscriber.address_key))
    pks = list(rows.values_list("pk", flat=True))
    DeliveryEvent.objects.filter(delivery__in=pks).update(detail="")
    ours = Delivery.objects.filter(pk__in=pks)
    ours.update(reason="")
    ours.filter(state__in=NOT_HANDED_OVER).update(state=SendingState.SKIPPED, reason="erased", claim_token="")
    ours.update(
        subscriber=None,
        subscription=None,
        slots={},
        address_key=Concat(Value("erased:"), Cast(F("pk"), CharField()), output_field=CharField()),
    )


def empty_outbox(address_key: str) -> None:
    """Forget what was mailed to an address, which need not be a subscriber's: a comment or an answer brings mail too.

    The rows are kept, as their keys bound how often the address is written to; nothing that is in them is. Somebody's
    wish to get mail at the address goes as well.
    """
    AddressChange.objects.filter(address_key=address_key).delete()
    _empty(Outbox.objects.filter(address_key=address_key))


def _empty(ours: QuerySet[Outbox]) -> None:
    DeliveryEvent.objects.filter(outbox__in=ours).update(detail="")
    ours.update(reason="")
    ours.filter(state__in=NOT_HANDED_OVER).update(state=SendingState.SKIPPED, reason="erased", claim_token="")
    ours.update(address="", address_key="", subject="", text="", html="", headers={})


def _log_without_address(subscriber: Subscriber) -> None:
    ModelLogEntry.objects.for_instance(subscriber).update(label="")
    log(subscriber, "onward_newsletter.erase", title="—")
