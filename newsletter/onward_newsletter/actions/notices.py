"""The mails this app writes by itself. None of them carries a word that a stranger typed."""

from django.db.models import F
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from onward_newsletter import limits, links
from onward_newsletter.addresses import half_hidden
from onward_newsletter.conf import get_settings
from onward_newsletter.models import AddressChange, Outbox, Subscriber, Subscription
from onward_newsletter.tokens import Purpose

from .outbox import enqueue_mail


ABOUT_SUBSCRIBING = ("confirm_subscription", "already_subscribed")


def one_line(text: str) -> str:
    """Return a text fit for a header: no line breaks of any script, no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def ask_to_confirm(subscription: Subscription) -> Outbox | None:
    """Mail the link to the page with the confirm button; None when the address has had its share of mails."""
    subject = _("Please confirm: %(name)s") % {"name": _what(subscription)}
    context: dict[str, object] = {
        "url": links.confirm_url(subscription),
        "hours": get_settings().CONFIRM_HOURS,
    }
    return _about_subscribing("confirm_subscription", subscription, subject, context)


def say_already_subscribed(subscription: Subscription) -> Outbox | None:
    """Mail that nothing needs to be done; at most once a day."""
    subject = _("You already get %(name)s") % {"name": _what(subscription)}
    context: dict[str, object] = {"url": links.manage_url_of(subscription.subscriber)}
    return _about_subscribing("already_subscribed", subscription, subject, context)


def send_personal_data_link(subscriber: Subscriber, purpose: Purpose) -> Outbox | None:
    """Mail the link that exports (EXPORT) or erases (ERASE) everything about a subscriber, or moves their mail (MOVE)."""
    subject = {
        Purpose.EXPORT: _("Your data, ready to download"),
        Purpose.ERASE: _("Erase everything about you?"),
        Purpose.MOVE: _("Get your mail at another address?"),
    }[purpose]
    context = {
        "url": links.personal_data_url(purpose, subscriber),
        "hours": get_settings().PERSONAL_DATA_HOURS,
    }
    name = f"{purpose}_link"
    if (key := limits.free_mail_key(subscriber.address, purpose=name)) is None:
        return None
    return _enqueue(name, subscriber.address, subject, context, key)


def tell_of_address_change(change: AddressChange) -> Outbox | None:
    """Mail the old address which one is to follow it; None when it has had its share of mails."""
    address = change.subscriber.address
    if (key := limits.free_mail_key(address, purpose="address_notice")) is None:
        return None
    context: dict[str, object] = {
        "url": links.manage_url_of(change.subscriber),
        "new_address": half_hidden(change.address),
    }
    return _enqueue("address_notice", address, _("Your mail is to go elsewhere"), context, key)


def ask_new_address(change: AddressChange) -> Outbox | None:
    """Mail the new address the link that confirms it; the same mail whether or not the address is known here."""
    if (key := limits.free_mail_key(change.address, purpose="address_change")) is None:
        return None
    context: dict[str, object] = {"url": links.address_url(change), "hours": get_settings().CONFIRM_HOURS}
    subject = _("Is this your new address?")
    return _enqueue("address_change", change.address, subject, context, key)


def _what(subscription: Subscription) -> str:
    return subscription.topic.name if subscription.topic else subscription.newsletter.name


def _about_subscribing(
    name: str, subscription: Subscription, subject: str, context: dict[str, object]
) -> Outbox | None:
    address = subscription.subscriber.address
    if (key := limits.free_mail_key(address, purpose=name)) is None:
        return None
    delay = limits.delay_when_busy(ABOUT_SUBSCRIBING)
    context |= {"newsletter": subscription.newsletter, "topic": subscription.topic}
    mail = _enqueue(name, address, subject, context, key)
    if mail and delay:
        Outbox.objects.filter(pk=mail.pk).update(next_at=F("next_at") + delay)
    return mail


def _enqueue(
    name: str, address: str, subject: str, context: dict[str, object], key: str | None
) -> Outbox | None:
    context |= {"subject": one_line(subject), "site_url": links.base_url()}
    return enqueue_mail(
        purpose=name,
        address=address,
        subject=one_line(subject)[:200],
        text=render_to_string(f"onward_newsletter/mail/{name}.txt", context).strip() + "\n",
        html=render_to_string(f"onward_newsletter/mail/{name}.html", context),
        key=key,
    )
