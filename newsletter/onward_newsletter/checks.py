"""System checks of the newsletter app: what would only be noticed when mail stops is said at start."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.urls import NoReverseMatch, reverse

from .conf import get_settings, known_keys, webhook_providers, webhook_secrets


SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

#: Of the webhook's user and password together.
MIN_SECRET = 20


@register
def check_setting_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse keys of ONWARD_NEWSLETTER that nobody reads: a misspelt setting must not be silent."""
    unknown = sorted(set(getattr(settings, "ONWARD_NEWSLETTER", {})) - known_keys())
    return [
        Error(
            f'ONWARD_NEWSLETTER["{key}"] is not a setting of onward_newsletter.',
            hint=f"Remove it, or use one of: {', '.join(sorted(known_keys()))}.",
            id="onward_newsletter.E001",
        )
        for key in unknown
    ]


@register
def check_mail_timeout(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse SMTP without a timeout: a server that says nothing would hold a worker for ever (reliability M12)."""
    if settings.EMAIL_BACKEND != SMTP_BACKEND or settings.EMAIL_TIMEOUT is not None:
        return []
    return [
        Error(
            "EMAIL_TIMEOUT is None, so a mail server that accepts and says nothing would hold a worker for ever.",
            hint="Set EMAIL_TIMEOUT = 30.",
            id="onward_newsletter.E002",
        )
    ]


@register
def check_base_url(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a base URL that cannot begin a link in a mail."""
    given = getattr(settings, "WAGTAILADMIN_BASE_URL", None)
    parts = urlsplit(str(given or ""))
    if parts.scheme in {"http", "https"} and parts.netloc:
        return []
    return [
        Error(
            f"WAGTAILADMIN_BASE_URL is {given!r}, so no link in a mail could be made.",
            hint='Set it to the address of the site, for example "https://example.org".',
            id="onward_newsletter.E003",
        )
    ]


@register(Tags.urls)
def check_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a project that has not mounted the pages that every mail links to."""
    names = {
        "onward_newsletter:manage": 'path("newsletter/", include("onward_newsletter.urls"))',
        "onward_newsletter_unsubscribe:unsubscribe": 'path("u/", include("onward_newsletter.unsubscribe_urls"))',
    }
    return [
        Error(
            f"There is no page {name}, and every mail has to link to it.",
            hint=f"Add {line} to your urlpatterns.",
            id="onward_newsletter.E004",
        )
        for name, line in names.items()
        if not _is_mounted(name)
    ]


def _is_mounted(name: str) -> bool:
    try:
        reverse(name, args=["token"])
    except NoReverseMatch:
        return False
    return True


@register
def check_in_doubt(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a policy for deliveries in doubt that is neither of the two."""
    given = get_settings().IN_DOUBT
    if given in {"hold", "resend"}:
        return []
    return [
        Error(
            f'ONWARD_NEWSLETTER["IN_DOUBT"] is {given!r}.',
            hint='Use "hold" (an editor decides) or "resend" (some readers may get a mail twice).',
            id="onward_newsletter.E005",
        )
    ]


@register(Tags.security)
def check_webhook_secret(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to take events from providers without a secret: anybody could close anybody's address with one."""
    if not webhook_providers() or any(_is_strong(secret) for secret in webhook_secrets()):
        return []
    return [
        Error(
            'ANYMAIL["WEBHOOK_SECRET"] is missing or shorter than 20 characters, so events cannot be verified.',
            hint='Set it to "user:password", both made up, and put the same into the address you give to the provider: '
            "https://user:password@example.org/webhooks/<provider>/tracking/.",
            id="onward_newsletter.E006",
        )
    ]


def _is_strong(secret: str) -> bool:
    return ":" in secret and len(secret) >= MIN_SECRET


@register
def check_sns_topics(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse Amazon SES without its topics: notifications of all of them would be turned away."""
    if "amazon_ses" not in webhook_providers() or get_settings().SNS_TOPICS:
        return []
    return [
        Error(
            'ONWARD_NEWSLETTER["SNS_TOPICS"] is empty, so every notification of Amazon SES is refused.',
            hint='List your topics: ("arn:aws:sns:eu-west-1:123456789012:bounces",).',
            id="onward_newsletter.E007",
        )
    ]


@register(Tags.security, deploy=True)
def check_address_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when suppressions hang on SECRET_KEY: the day it is rotated they would all be forgotten."""
    if get_settings().ADDRESS_KEY:
        return []
    return [
        Warning(
            'ONWARD_NEWSLETTER["ADDRESS_KEY"] is empty, so the hashes of addresses are made with SECRET_KEY.',
            hint="Set a key of its own before the first subscriber: rotating SECRET_KEY forgets every suppression.",
            id="onward_newsletter.W001",
        )
    ]
