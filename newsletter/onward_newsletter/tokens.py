"""Signed tokens for the links in transactional mail: one purpose each, void as soon as the nonce changes."""

from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from django.core import signing

from .conf import get_settings
from .models import AddressChange, Subscriber, Subscription


Row = TypeVar("Row", Subscription, Subscriber, AddressChange)


class Purpose(StrEnum):
    """What a token lets its holder do; each has a salt of its own, so none opens another's door."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    EXPORT = "export"
    ERASE = "erase"
    #: Ends what brought a mail that is no issue, for ever and any number of times (RFC 8058).
    LEAVE = "leave"
    #: Opens the form for another address; mailed to the present one.
    MOVE = "move"
    #: Confirms an address change; mailed to the new address.
    ADDRESS = "address"


class InvalidToken(Exception):
    """The token is unknown, damaged, too old, or made for something else."""


def make_token(purpose: Purpose, row: Subscription | Subscriber | AddressChange) -> str:
    """Return a token that names the row and carries its present nonce.

    LEAVE takes a subscription and carries its subscriber's nonce, as its link has to answer a second time too, when
    the subscription has ended and has a new nonce.
    """
    nonce = row.subscriber.nonce if isinstance(row, Subscription) and purpose is Purpose.LEAVE else row.nonce
    return signing.dumps({"i": row.pk, "n": nonce}, salt=_salt(purpose))


def read_subscription(purpose: Purpose, token: str) -> Subscription:
    """Return the subscription a token was made for.

    Raises InvalidToken when the token is damaged, expired or for another purpose, and when the subscription is gone
    or has another nonce by now.
    """
    pk, nonce = _read(purpose, token)
    rows = Subscription.objects.select_related("subscriber", "newsletter", "topic").filter(pk=pk)
    rows = rows.filter(subscriber__nonce=nonce) if purpose is Purpose.LEAVE else rows.filter(nonce=nonce)
    return _only(rows.first())


def read_subscriber(purpose: Purpose, token: str) -> Subscriber:
    """Return the subscriber a token was made for; raises InvalidToken like read_subscription."""
    pk, nonce = _read(purpose, token)
    return _only(Subscriber.objects.filter(pk=pk, nonce=nonce).first())


def read_address_change(token: str) -> AddressChange:
    """Return the address change a token was made for; raises InvalidToken like read_subscription."""
    pk, nonce = _read(Purpose.ADDRESS, token)
    return _only(AddressChange.objects.select_related("subscriber").filter(pk=pk, nonce=nonce).first())


def _salt(purpose: Purpose) -> str:
    return f"onward_newsletter.{purpose}.v1"


def _max_age(purpose: Purpose) -> timedelta | None:
    """Return how long a purpose's tokens are good; None is for ever, as a link in an old mail must work."""
    if purpose in {Purpose.MANAGE, Purpose.LEAVE}:
        return None
    is_wish = purpose in {Purpose.CONFIRM, Purpose.ADDRESS}
    hours = get_settings().CONFIRM_HOURS if is_wish else get_settings().PERSONAL_DATA_HOURS
    return timedelta(hours=hours)


def _read(purpose: Purpose, token: str) -> tuple[int, str]:
    try:
        value = signing.loads(token, salt=_salt(purpose), max_age=_max_age(purpose))
        return int(value["i"]), str(value["n"])
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise InvalidToken from error


def _only(row: Row | None) -> Row:
    if row is None:
        raise InvalidToken
    return row
