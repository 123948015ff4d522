"""PostgreSQL, Redis, several processes, a proxy in front; refuses to start half-configured."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import ALLOWED_HOSTS, BASE_URL, DEBUG, EMAIL_URL, SECRET_KEY, env
from .secrets import refuse_weak_secret


refuse_weak_secret("SECRET_KEY", SECRET_KEY)
for _name in ("BASE_URL", "DATABASE_URL"):
    if not env.str(_name, ""):
        raise ImproperlyConfigured(
            f"{_name} is missing. Production guesses neither its address nor its database."
        )
if DEBUG:
    raise ImproperlyConfigured(
        "DEBUG is on. Production pages must not show tracebacks: remove DEBUG or set it to 0."
    )
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is empty or '*'. List the host names readers use, separated by commas."
    )
if EMAIL_URL.startswith("mailbox:"):
    raise ImproperlyConfigured(
        "EMAIL_URL is missing, so mail would never leave this machine. Set smtp://host:port."
    )

#: A proxy in front serves MEDIA_ROOT better; this is for trying out without one.
SERVE_MEDIA = env.bool("SERVE_MEDIA", False)
SERVE_MAILBOX = False

_HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
SILENCED_SYSTEM_CHECKS = [
    # The admin's preview shows our own pages in a frame, so SAMEORIGIN it is; the CSP says the same.
    "security.W019",
    # Preloading is a promise for every subdomain that only the domain's owner can make.
    "security.W021",
    # Without ADDRESS_KEY the hashes of addresses follow SECRET_KEY; .env.example says what that means.
    "onward_newsletter.W001",
]
