"""EMAIL_URL to Django's mail settings."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


#: Django's default of None would let a silent server hold a worker for ever.
TIMEOUT_SECONDS = 30


def mail_settings_from_url(url: str) -> dict[str, Any]:
    """Return mail settings for mailbox://, smtp://, smtps:// or anymail://<provider>?KEY=value.

    smtp:// starts TLS when the port is 587 or the query has tls=1; smtps:// speaks TLS from the first byte.
    """
    parts = urlsplit(url)
    if parts.scheme == "mailbox":
        return {"EMAIL_BACKEND": "onward_site.mailbox.backend.EmailBackend"}
    if parts.scheme in {"smtp", "smtps"}:
        return _smtp(parts)
    if parts.scheme == "anymail":
        return {
            "EMAIL_BACKEND": f"anymail.backends.{parts.hostname}.EmailBackend",
            "ANYMAIL": dict(parse_qsl(parts.query)),
        }
    raise ImproperlyConfigured(
        f"EMAIL_URL has the scheme {parts.scheme!r}. Use mailbox://, smtp://, smtps:// or anymail://."
    )


def _smtp(parts: Any) -> dict[str, Any]:
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and (port == 587 or "tls=1" in parts.query),
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
