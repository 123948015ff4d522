"""Which browser this is, without knowing who sits in front of it: a random word in a signed cookie.

The cookie is set when a reader acts (comments, shares), never when a page is read. It is this app's own, so that
comments need no polls.
"""

import re
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac


COOKIE_NAME = "cid"
#: Seconds: 180 days.
COOKIE_AGE = 180 * 24 * 60 * 60
_SALT = "onward_blog.browser"
_IDENTITY = re.compile(r"[0-9a-f]{32}")


def identity_of(request: HttpRequest) -> str | None:
    """Return the browser's word, 32 hexadecimal characters, or None if it has no valid cookie."""
    cookie = request.COOKIES.get(COOKIE_NAME, "")
    try:
        identity = str(signing.loads(cookie, salt=_SALT, max_age=COOKIE_AGE)) if cookie else ""
    except signing.BadSignature:
        return None
    return identity if _IDENTITY.fullmatch(identity) else None


def ensure_identity(request: HttpRequest, response: HttpResponse) -> str:
    """Return the browser's word; a browser that had none gets one with this response."""
    identity = identity_of(request)
    if identity is None:
        identity = new_identity()
        remember(response, identity)
    return identity


def remember(response: HttpResponse, identity: str) -> None:
    """Set the cookie that carries this identity."""
    response.set_cookie(
        COOKIE_NAME,
        signing.dumps(identity, salt=_SALT),
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=str(settings.WAGTAILADMIN_BASE_URL).startswith("https:"),
    )


def new_identity() -> str:
    """Return a fresh word for a browser that has none yet."""
    return secrets.token_hex(16)


def keyed_hash(purpose: str, value: str) -> str:
    """Return HMAC-SHA256 of the value as 64 hexadecimal characters; another purpose gives another hash."""
    return salted_hmac(f"onward_blog.{purpose}", value, algorithm="sha256").hexdigest()
