"""The people behind addresses, and mail to one of them."""

from collections.abc import Iterable
from typing import Any

from django.utils.crypto import salted_hmac

from onward_blog.batches import batches
from onward_blog.responses.people import Holder

from .newsletter import is_installed


def enqueue(  # noqa: PLR0913 (the fields of a mail)
    *, purpose: str, address: str, subject: str, text: str, html: str = "", key: str | None = None
) -> bool:
    """Put one mail into the outbox; return False when its key is known or the address suppressed."""
    from onward_newsletter.actions.outbox import enqueue_mail

    mail = enqueue_mail(purpose=purpose, address=address, subject=subject, text=text, html=html, key=key)
    return mail is not None


def keys_taken(keys: Iterable[str]) -> set[str]:
    """Return which of these keys the outbox has seen, whatever became of the mail."""
    from onward_newsletter.models import Outbox

    found: set[str] = set()
    for some in batches(keys):
        found.update(filter(None, Outbox.objects.filter(key__in=some).values_list("key", flat=True)))
    return found


def count_keys(prefix: str) -> int:
    """Return how many mails of the outbox have a key that begins like this; 0 without the newsletter app."""
    if not is_installed():
        return 0
    from onward_newsletter.models import Outbox

    return Outbox.objects.filter(key__startswith=prefix).count()


def closed_to(purpose: str, addresses: Iterable[str]) -> set[str]:
    """Return which of these addresses may not be written to for this purpose; none without the newsletter app."""
    if not is_installed():
        return set()
    from onward_newsletter.addresses import address_key
    from onward_newsletter.suppressions import against

    closed: set[str] = set()
    for some in batches(addresses):
        keys = {address_key(address): address for address in some}
        found = against(purpose).filter(address_key__in=keys).values_list("address_key", flat=True)
        closed.update(keys[key] for key in found)
    return closed


def one_spelling(address: str) -> str:
    """Return the one spelling of an address, so that nobody is counted or written to twice."""
    if not is_installed():
        return address.strip().lower()
    from onward_newsletter.addresses import normalise_address

    return normalise_address(address)


def address_hash(address: str) -> str:
    """Return what stands for an address in keys and reports, without being one."""
    if not is_installed():
        return salted_hmac("onward_blog.address", one_spelling(address)).hexdigest()[:32]
    from onward_newsletter.addresses import address_key

    return address_key(one_spelling(address))[:32]


def subscriber_identity(uuid: Any) -> str:
    """Return the identity under which a subscriber's ballots are kept; polls make reader keys from it."""
    return f"subscriber:{uuid}"


def holder_of(token: str) -> Holder | None:
    """Return whose mail carried the token; None for an unknown one, and for an erased subscriber."""
    if not is_installed():
        return None
    from onward_newsletter.addresses import half_hidden
    from onward_newsletter.deliveries import resolve_token

    if (delivery := resolve_token(token)) is None or delivery.subscriber is None:
        return None
    uuid, address = delivery.subscriber.uuid, delivery.subscriber.address
    return Holder(subscriber_identity(uuid), half_hidden(address), delivery.issue.page_id, address)
