"""Signed tokens for the links in transactional mail: one purpose each, void as soon as the nonce changes."""

from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from django.core import signing

from .conf import get_settings
from .models import Subscriber, Subscription


Row = TypeVar("Row", Subscription, Subscriber)


class Purpose(StrEnum):
    """What a token lets its holder do; each has a salt of its own, so none opens another's door."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    EXPORT = "export"
    ERASE = "erase"


class InvalidToken(Exception):
    """The token is unknown, damaged, too old, or made for something else."""


def make_token(purpose: Purpose, row: Subscription | Subscriber) -> str:
    """Return a token that names the row and carries its present nonce."""
    return signing.dumps({"i": row.pk, "n": row.nonce}, salt=_salt(purpose))


def read_subscription(purpose: Purpose, token: str) -> Subscription:
    """Return the subscription a token was made for.

    Raises InvalidToken when the token is damaged, expired or for another purpose, and when the subscription is gone
    or has another nonce by now.
    """
    pk, nonce = _read(purpose, token)
    rows = Subscription.objects.select_related("subscriber", "newsletter", "topic")
    return _only(rows.filter(pk=pk, nonce=nonce).first())


def read_subscriber(purpose: Purpose, token: str) -> Subscriber:
    """Return the subscriber a token was made for; raises InvalidToken like read_subscription."""
    pk, nonce = _read(purpose, token)
    return _only(Subscriber.objects.filter(pk=pk, nonce=nonce).first())


def _salt(purpose: Purpose) -> str:
    return f"onward_newsletter.{purpose}.v1"


def _max_age(purpose: Purpose) -> timedelta | None:
    """Return how long a purpose's tokens are good; None is for ever, as a link in an old mail must work."""
    if purpose is Purpose.MANAGE:
        return None
    hours = get_settings().CONFIRM_HOURS if purpose is Purpose.CONFIRM else get_settings().PERSONAL_DATA_HOURS
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
