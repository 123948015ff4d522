"""The short code at the end of a shared link; it tells which channel brought a reader, and nothing about anybody.

The code of a page and a channel is worked out from the site's key, so that a page can show its links without a row
being written first. The row is made when the link is first used; it keeps the code good when the key is changed.
"""

import re
from base64 import urlsafe_b64encode

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from onward_blog.models import ShareLink

from .channels import CHANNELS


#: The name of the code in a shared link.
PARAMETER = "via"
_CODE = re.compile(r"[A-Za-z0-9_-]{1,12}")


def code_for(page_pk: int, channel: str) -> str:
    """Return the code, 8 characters, of one page and one channel."""
    mac = salted_hmac("onward_blog.shares.code", f"{page_pk}:{channel}", algorithm="sha256").digest()
    return urlsafe_b64encode(mac[:6]).decode()


def channel_of(page_pk: int, code: str) -> str | None:
    """Return the channel whose link to this page carries the code, or None for a code that is not ours."""
    if not _CODE.fullmatch(code):
        return None
    row = ShareLink.objects.filter(page_id=page_pk, code=code).values_list("channel", flat=True).first()
    if row:
        return row
    return next((slug for slug in CHANNELS if constant_time_compare(code_for(page_pk, slug), code)), None)


def keep_code(page_pk: int, channel: str) -> None:
    """Write the code down, once."""
    try:
        with transaction.atomic():
            ShareLink.objects.get_or_create(
                page_id=page_pk, channel=channel, defaults={"code": code_for(page_pk, channel)}
            )
    except IntegrityError:
        # Two pages have the same 48 bits: this one's links go uncounted, which is better than counted wrongly.
        return
