"""What a host project may set in ``ONWARD_NEWSLETTER``, and what holds when it does not."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed


SETTING = "ONWARD_NEWSLETTER"


@dataclass(frozen=True)
class NewsletterSettings:
    """Each field is a key of ``ONWARD_NEWSLETTER``; its default is what holds when the key is absent."""

    #: The template that the public pages extend; it needs the blocks ``title``, ``head`` and ``content``.
    BASE_TEMPLATE: str = "onward_newsletter/base.html"
    #: The key of the address hashes. Empty: one derived from SECRET_KEY. Set it before the first subscriber:
    #: hashes made with another key no longer match, and suppressions would be forgotten.
    ADDRESS_KEY: str = ""
    #: What happens to deliveries in doubt: "hold" shows them to an editor, "resend" tries again by itself.
    IN_DOUBT: str = "hold"
    #: How long a confirmation link is good, in hours (reliability 2.1).
    CONFIRM_HOURS: int = 72
    #: How long a link to export or erase one's data is good, in hours.
    PERSONAL_DATA_HOURS: int = 24
    #: Mails about subscribing to one address, whatever its spelling, in 24 hours (reliability 2.1).
    MAILS_PER_ADDRESS_PER_DAY: int = 3
    #: Minutes between two confirmation mails for the same subscription.
    MINUTES_BETWEEN_MAILS: int = 10
    #: Subscribe requests from one network (/24 or /48) in ten minutes, and in a day.
    REQUESTS_PER_NETWORK: tuple[int, int] = (5, 20)
    #: Where an answer must not tell whether an address is known, it takes so many seconds, or a multiple of it: longer than
    #: such an answer takes to make. 0: answers come as soon as they can, and their time tells.
    ANSWER_SECONDS: float = 0.1
    #: Whether the subscribe box asks browsers for a little work before a mail is written; needs the extra "altcha".
    PROOF_OF_WORK: bool = False
    #: The most numbers a browser has to try for that; 100,000 are about a second on a phone.
    PROOF_OF_WORK_EFFORT: int = 100_000
    #: Mails about subscribing that leave in one minute, over all addresses; further ones wait their turn.
    MAILS_PER_MINUTE: int = 60
    #: Gmail cuts a mail off behind this many bytes of HTML, and the unsubscribe link with it.
    MAX_HTML_BYTES: int = 102 * 1024
    #: How long a worker may hold a delivery, in seconds; then it is taken to be dead (reliability 1.1). Above EMAIL_TIMEOUT.
    LEASE_SECONDS: int = 120
    #: The wait before each further try after a temporary refusal, in seconds; there are at most 6 tries.
    RETRY_SECONDS: tuple[int, ...] = (60, 300, 900, 3600, 14400)
    #: The most connections one worker keeps to the mail server. It opens more only while all are waiting for answers.
    CONNECTIONS: int = 10
    #: For so many seconds after pressing Send in the admin, an issue can be called back. 0: it leaves at once.
    UNDO_SECONDS: int = 60
    #: How long the others wait after the first few of an issue that goes to a few first, in minutes.
    FEW_FIRST_MINUTES: int = 10
    #: Whether past issues can be read on the site: "index", "noindex" (search engines are asked to stay away), "off".
    ARCHIVE: str = "index"
    #: "smtp" is the fast path; "django" hands over to EMAIL_BACKEND; "auto" picks by EMAIL_BACKEND.
    TRANSPORT: str = "auto"
    #: The most recipients of one call to a provider that fills slots itself: Mailgun, SendGrid or SparkPost, by way of
    #: Anymail. One answer that is lost leaves so many in doubt. 1: one call for each. At most 1,000.
    MESSAGES_PER_CALL: int = 100
    #: Whose events are taken at /webhooks/<name>/tracking/, by Anymail's names. Empty: the one of EMAIL_BACKEND, if it is
    #: Anymail's.
    WEBHOOK_PROVIDERS: tuple[str, ...] = ()
    #: The Amazon SNS topics (ARNs) whose notifications count; those of all others are refused.
    SNS_TOPICS: tuple[str, ...] = ()
    #: Where returned mail arrives: imaps://user:password@host/folder. Empty: nobody reads it.
    BOUNCE_MAILBOX: str = ""
    #: Whether reports about our mail are deleted from that mailbox once they are recorded; else they are marked as read.
    BOUNCE_MAILBOX_DELETE: bool = False
    #: By which selectors the mail server signs, for example ("mail",); check_dns looks for their keys.
    DKIM_SELECTORS: tuple[str, ...] = ()
    #: Whom check_dns asks, as "address" or "address:port" of IPv4. Empty: the servers of the system.
    DNS_SERVERS: tuple[str, ...] = ()


@cache
def get_settings() -> NewsletterSettings:
    """Return the settings in force; unknown keys are left to the system check (E001)."""
    given: dict[str, Any] = getattr(settings, SETTING, {})
    return NewsletterSettings(**{key: value for key, value in given.items() if key in known_keys()})


def known_keys() -> frozenset[str]:
    """Return the keys that ``ONWARD_NEWSLETTER`` may have."""
    return frozenset(field.name for field in fields(NewsletterSettings))


def webhook_providers() -> tuple[str, ...]:
    """Return the providers whose events are taken, by Anymail's names; none where mail leaves in another way."""
    if given := get_settings().WEBHOOK_PROVIDERS:
        return tuple(given)
    before, _dot, name = settings.EMAIL_BACKEND.removesuffix(".EmailBackend").rpartition(".")
    return (name,) if before == "anymail.backends" and name not in {"test", "console"} else ()


def webhook_secrets() -> list[str]:
    """Return the "user:password" pairs that a provider may come with, as Anymail reads them."""
    own: Any = getattr(settings, "ANYMAIL_WEBHOOK_SECRET", "")
    given: Any = getattr(settings, "ANYMAIL", {}).get("WEBHOOK_SECRET") or own
    return [given] if isinstance(given, str) and given else list(given or [])


def _forget(*, setting: str, **_: object) -> None:
    if setting == SETTING:
        get_settings.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onward_newsletter.conf")
