"""What providers tell us, by way of Anymail; the only module that imports it.

Anymail knows each provider's format and signature. What it leaves open is closed here: too large, too old, a topic of
somebody else's, and no secret at all.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from anymail import urls as anymail_urls
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, pre_send, tracking
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from .actions.events import SOFT_BOUNCED, record_event
from .bounces.severity import is_final, status_in
from .conf import get_settings, webhook_secrets
from .transports.providers import METADATA_KEY


logger = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024
MAX_AGE_SECONDS = 3600

#: Postmark allows 20 characters for the name of metadata and 80 for the value.
METADATA_LENGTH = 80
#: They take no metadata, and keep our Message-ID.
WITHOUT_METADATA = frozenset({"Postal", "MailerSend"})

#: Amazon's own hosts, the only ones a subscription may be confirmed at.
SNS_HOST = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")

#: Reasons that are not about the address.
PASSING_REASONS = frozenset(
    {RejectReason.BLOCKED, RejectReason.SPAM, RejectReason.TIMED_OUT, RejectReason.OTHER}
)
#: How providers call a bounce that may pass, in fields of theirs.
PASSING_WORDS = frozenset({"softbounce", "soft_bounce", "soft", "transient", "undetermined", "temporary"})

View = Callable[..., HttpResponse]


class _Refused(Exception):
    """A request that is not acted upon; its text tells the provider why."""

    def __init__(self, reason: str, status: int = 403) -> None:
        super().__init__(reason)
        self.status = status


def tracking_urls(providers: Iterable[str]) -> list[URLPattern]:
    """Return Anymail's addresses for events about sent mail, guarded: ``<provider>/tracking/``.

    ``providers`` are Anymail's names, such as "postmark". Raises ImproperlyConfigured for an unknown one.
    """
    views = {pattern.name: pattern.callback for pattern in anymail_urls.urlpatterns}
    return [
        path(f"{name}/tracking/", _guarded(name, _view_of(name, views)), name=f"{name}_tracking")
        for name in providers
    ]


def _view_of(name: str, views: Mapping[str, View]) -> View:
    try:
        return views[f"{name}_tracking_webhook"]
    except KeyError:
        known = sorted(
            key.removesuffix("_tracking_webhook") for key in views if key.endswith("_tracking_webhook")
        )
        raise ImproperlyConfigured(
            f'ONWARD_NEWSLETTER["WEBHOOK_PROVIDERS"] names {name!r}. Use one of: {", ".join(known)}.'
        ) from None


def _guarded(provider: str, view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            if request.method == "POST":
                _check(provider, request)
            return view(request, *args, **kwargs)
        except (_Refused, AnymailWebhookValidationFailure) as error:
            logger.warning(
                "onward_newsletter.webhook_refused", extra={"provider": provider, "why": str(error)}
            )
            return HttpResponse("Refused.\n", status=getattr(error, "status", 403), content_type="text/plain")

    return answer


def _check(provider: str, request: HttpRequest) -> None:
    """Refuse what Anymail would let pass. Nothing is read of a request that is too large."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise _Refused("The length is no number.", status=400) from None
    if length > MAX_BYTES:
        raise _Refused(f"{length} bytes are more than {MAX_BYTES}.", status=413)
    if not webhook_secrets():
        raise _Refused("ANYMAIL has no WEBHOOK_SECRET.")
    if provider == "amazon_ses":
        _check_topic(_json_of(request))
    if stamp := SIGNED_TIMES.get(provider):
        _check_age(stamp(request))


def _json_of(request: HttpRequest) -> Mapping[str, Any]:
    try:
        content = json.loads(request.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise _Refused("The body is no JSON object.", status=400)
    return content


def _check_topic(notification: Mapping[str, Any]) -> None:
    topics = get_settings().SNS_TOPICS
    if notification.get("TopicArn") not in topics:
        raise _Refused("The topic is not in SNS_TOPICS.")
    url = notification.get("SubscribeURL")
    if url is not None and not _is_amazons(str(url)):
        raise _Refused("The SubscribeURL is not at Amazon.")


def _is_amazons(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_plain = parts.port in (None, 443) and parts.username is None
    except ValueError:
        return False
    return parts.scheme == "https" and is_plain and bool(SNS_HOST.fullmatch(parts.hostname or ""))


def _check_age(given: object) -> None:
    try:
        age = abs(timezone.now().timestamp() - float(str(given)))
    except (ValueError, OverflowError):
        raise _Refused("The timestamp is missing or no number.") from None
    if not age <= MAX_AGE_SECONDS:
        raise _Refused(f"The timestamp is {age:.0f} seconds away.")


def _mailgun_time(request: HttpRequest) -> object:
    if request.content_type != "application/json":
        return request.POST.get("timestamp")
    signature = _json_of(request).get("signature")
    return signature.get("timestamp") if isinstance(signature, dict) else None


#: Where each provider that signs the time of its request puts it.
SIGNED_TIMES: dict[str, Callable[[HttpRequest], object]] = {
    "mailgun": _mailgun_time,
    "sendgrid": lambda request: request.headers.get(
        "X-Twilio-Email-Event-Webhook-Timestamp", timezone.now().timestamp()
    ),
    "resend": lambda request: request.headers.get("svix-timestamp", timezone.now().timestamp()),
}


@receiver(pre_send, dispatch_uid="onward_newsletter.webhooks.carry_message_id")
def carry_message_id(message: EmailMessage, esp_name: str, **kwargs: Any) -> None:
    """Give the provider our Message-ID to carry, so that its events can say which mail they are about."""
    headers = getattr(message, "extra_headers", {})
    ours = str(headers.get("Message-ID", "")).strip("<>")
    if (
        not ours
        or len(ours) > METADATA_LENGTH
        or esp_name in WITHOUT_METADATA
        or len(message.recipients()) != 1
    ):
        return
    message.metadata = {**(getattr(message, "metadata", None) or {}), METADATA_KEY: ours}  # type: ignore[attr-defined]


@receiver(tracking, dispatch_uid="onward_newsletter.webhooks.note_event")
def note_event(event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Hand an event on that Anymail has verified."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    record_event(
        provider=esp_name,
        event_id=event.event_id,
        event_type=_type_of(event),
        message_id=str(metadata.get(METADATA_KEY) or event.message_id or ""),
        occurred_at=_moment(event.timestamp),
        reject_reason=event.reject_reason,
        description=str(event.mta_response or event.description or ""),
        recipient=event.recipient,
    )


def _moment(given: Any) -> datetime | None:
    return given if isinstance(given, datetime) and given.tzinfo else None


def _type_of(event: AnymailTrackingEvent) -> str:
    """Return the event's type, in which Anymail does not tell bounces that may pass from those that do not."""
    if event.event_type == EventType.BOUNCED and _may_pass(event):
        return SOFT_BOUNCED
    return str(event.event_type)


def _may_pass(event: AnymailTrackingEvent) -> bool:
    if event.reject_reason in PASSING_REASONS or _words_of(event.esp_event) & PASSING_WORDS:
        return True
    said = str(event.mta_response or event.description or "")
    return bool(status_in(said)) and not is_final("", said)


def _words_of(raw: Any) -> set[str]:
    """Return how the provider itself calls the bounce; Amazon puts it one level down."""
    if not isinstance(raw, Mapping):
        return set()
    inner = raw.get("bounce")
    levels = [raw, inner] if isinstance(inner, Mapping) else [raw]
    return {
        str(level[name]).lower()
        for level in levels
        for name in ("Type", "type", "bounceType", "event")
        if name in level
    }
