"""Which suppressions close an address to which mail."""

from django.db.models import QuerySet

from .models import Suppression


#: Suppressions that the address's owner lifts by confirming a subscription (reliability S8).
LIFTED_BY_CONFIRMING = (Suppression.Reason.BOUNCED, Suppression.Reason.ERASED, Suppression.Reason.LEFT)


def against(purpose: str) -> QuerySet[Suppression]:
    """Return the suppressions that forbid a mail of the outbox with this purpose.

    An address that bounced or was erased may be asked whether it wants to come back, and only its owner can answer;
    one that complained, or that an editor closed, is never written to.
    """
    rows = Suppression.objects.all()
    return rows.exclude(reason__in=LIFTED_BY_CONFIRMING) if purpose == "confirm_subscription" else rows
