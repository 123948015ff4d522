"""One person's data across the apps: out, or away. The person is known by an address."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from onward_blog.comments.erasing import erase_comments, export_comments
from onward_blog.mailing import subscriber_identity
from onward_blog.questions.erasing import erase_questions, export_questions
from onward_newsletter.actions.personal_data import empty_outbox, erase_subscriber, export_subscriber
from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key, normalise_address
from onward_newsletter.models import Subscriber, Suppression
from onward_polls.erasure import erase_answers, export_answers
from onward_polls.readers import ACCOUNT


def export_reader(address: str) -> dict[str, Any]:
    """Return everything the site holds about an address, ready for JSON.

    Keys: ``address``, ``newsletter`` (see ``export_subscriber``, or None), ``answers`` (see ``export_answers``),
    ``comments`` (see ``export_comments``), ``questions`` (see ``export_questions``). Answers given in a browser,
    without an address, belong to nobody we know and are not in it. Raises InvalidAddress.
    """
    normalised = normalise_address(address)
    subscriber = Subscriber.objects.filter(address=normalised).first()
    return {
        "address": normalised,
        "newsletter": export_subscriber(subscriber) if subscriber else None,
        "answers": _export_answers(subscriber, normalised),
        "comments": export_comments(normalised),
        "questions": export_questions(normalised),
    }


def held_elsewhere(subscriber: Subscriber) -> dict[str, Any]:
    """Return what the other apps hold about a subscriber: ``answers``, ``comments`` and ``questions``."""
    return {
        "answers": _export_answers(subscriber, subscriber.address),
        "comments": export_comments(subscriber.address),
        "questions": export_questions(subscriber.address),
    }


def erase_reader(address: str) -> dict[str, int]:
    """Remove a person from the site; return how many of each: ``subscribers``, ``answers``, ``comments``, ``questions``.

    What readers voted stays counted, without a way back to them. A hash of the address is kept, so that an import
    cannot bring it back. Safe to run again. Raises InvalidAddress.
    """
    normalised = normalise_address(address)
    subscriber = Subscriber.objects.filter(address=normalised).first()
    erased = {
        "subscribers": int(subscriber is not None),
        "answers": _erase_answers(_identity(subscriber), normalised),
        "comments": erase_comments(normalised),
        "questions": erase_questions(normalised),
    }
    if subscriber:
        erase_subscriber(subscriber)
    else:
        empty_outbox(address_key(normalised))
        suppress(address_key(normalised), Suppression.Reason.ERASED)
    return erased


def erase_elsewhere(*, uuid: UUID, address: str, **kwargs: Any) -> None:
    """Remove from the other apps whoever asked the newsletter to erase everything."""
    _erase_answers(subscriber_identity(uuid), address)
    erase_comments(address)
    erase_questions(address)


def _export_answers(subscriber: Subscriber | None, address: str) -> list[dict[str, Any]]:
    found = export_answers(identity=_identity(subscriber), address=address)
    for account in _accounts(address):
        found += [answer for answer in export_answers(identity=account, address="") if answer not in found]
    return found


def _erase_answers(identity: str | None, address: str) -> int:
    """Erase the answers of a subscriber, of an address, and of every account with that address."""
    # Accounts first: what is erased under one name cannot be found under another any more.
    return sum(erase_answers(account) for account in _accounts(address)) + erase_answers(
        identity, address=address
    )


def _accounts(address: str) -> list[str]:
    """Return the names under which the accounts with this address answer; the accounts themselves stay."""
    model = get_user_model()
    found = model._default_manager.filter(**{f"{model.get_email_field_name()}__iexact": address})
    return [f"{ACCOUNT}{pk}" for pk in found.values_list("pk", flat=True)]


def _identity(subscriber: Subscriber | None) -> str | None:
    """Return the name under which the blog lets subscribers answer from a mail."""
    return subscriber_identity(subscriber.uuid) if subscriber else None
