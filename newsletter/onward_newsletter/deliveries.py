"""From the token in a mail's links to the delivery it belongs to."""

import re

from .models import Delivery


#: Tokens are 22 characters (128 bits, URL-safe base64); PostgreSQL would not even look for some others.
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def resolve_token(token: str) -> Delivery | None:
    """Return the delivery whose mail carries the token, with its issue and people, or None.

    The delivery of an erased subscriber has ``subscriber`` None. Knowing the token proves that somebody had the mail,
    not that they are its subscriber: mails are forwarded, and scanners follow links.
    """
    if not TOKEN.fullmatch(token):
        return None
    rows = Delivery.objects.select_related("issue__newsletter", "issue__topic", "subscriber", "subscription")
    return rows.filter(token=token).first()
