"""PostgreSQL, Redis, several processes, a proxy in front; refuses to start half-configured."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import ALLOWED_HOSTS, BASE_URL, DEBUG, EMAIL_BACKEND, SECRET_KEY
from .secrets import refuse_weak_secret


refuse_weak_secret("SECRET_KEY", SECRET_KEY)
if DEBUG:
    raise ImproperlyConfigured(
        "DEBUG is on. Production pages must not show tracebacks: remove DEBUG or set it to 0."
    )
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is empty or '*'. List the host names readers use, separated by commas."
    )
if EMAIL_BACKEND == "onward_site.mailbox.backend.EmailBackend":
    raise ImproperlyConfigured(
        "EMAIL_URL is missing, so mail would never leave this machine. Set smtp://host:port."
    )

SERVE_MEDIA = False
SERVE_MAILBOX = False

_HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
# Preloading is a promise for every subdomain that only the domain's owner can make.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
