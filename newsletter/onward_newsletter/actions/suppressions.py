"""The list of addresses that are not written to, as an editor keeps it; the rules of bounces are in ``events.py``."""

from django.db import transaction

from onward_newsletter.addresses import InvalidAddress, address_key, normalise_address
from onward_newsletter.models import Subscriber, Suppression

from .subscribing import suppress


def find_suppression(address: str) -> Suppression | None:
    """Return the suppression of an address, by its hash; None where there is none, and for what is no address."""
    try:
        key = address_key(normalise_address(address))
    except InvalidAddress:
        return None
    return Suppression.objects.filter(address_key=key).first()


def suppress_address(address: str) -> Suppression:
    """Close an address for good, known here or not; a complaint noted before stays one. Raises InvalidAddress."""
    return suppress(address_key(normalise_address(address)), Suppression.Reason.BY_EDITOR)


@transaction.atomic
def lift_suppression(suppression: Suppression) -> bool:
    """Let mail go to an address again; return whether it was closed.

    Subscriptions that ended stay ended: only the owner of the address brings them back, by confirming.
    """
    number, _rows = Suppression.objects.filter(pk=suppression.pk).delete()
    if number:
        Subscriber.objects.filter(address_key=suppression.address_key).update(state=Subscriber.State.ACTIVE)
    return bool(number)
