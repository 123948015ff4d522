"""Mail that is not an issue: confirmations and notices. It waits as a row, in a lane that goes first."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from onward_newsletter import doorbell, suppressions
from onward_newsletter.addresses import address_key, normalise_address
from onward_newsletter.clock import database_now
from onward_newsletter.models import Outbox


def enqueue_mail(  # noqa: PLR0913 (these are the parts of a mail)
    *,
    purpose: str,
    address: str,
    subject: str,
    text: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    key: str | None = None,
) -> Outbox | None:
    """Write a mail into the outbox and ring for a worker; return None when it is not to be sent.

    That is so when a mail with the same ``key`` was written before, whatever became of it, and when the address is
    suppressed. ``purpose`` is a short word for reports and limits. ``headers`` may add any header; "From" and
    "Reply-To" replace the site's own. The row goes with the caller's transaction: rolled back, nothing is sent.
    Raises InvalidAddress for what is no address.
    """
    normalised = normalise_address(address)
    hashed = address_key(normalised)
    if suppressions.against(purpose).filter(address_key=hashed).exists():
        return None
    mail = Outbox(
        purpose=purpose,
        key=key,
        address=normalised,
        address_key=hashed,
        subject=subject,
        text=text,
        html=html,
        headers=dict(headers or {}),
        next_at=database_now(),
    )
    if not _is_new(mail):
        return None
    doorbell.ring()
    return mail


def _is_new(mail: Outbox) -> bool:
    """Save the mail unless one with its key exists; the unique key decides, not a look beforehand."""
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        if mail.key is not None and Outbox.objects.filter(key=mail.key).exists():
            return False
        raise
    return True
