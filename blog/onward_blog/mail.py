"""Mail to one person: through the newsletter's outbox when that app is installed, else by Django's mail."""

import logging
from collections.abc import Iterable

from celery import shared_task
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from kombu.exceptions import OperationalError

from . import mailing


logger = logging.getLogger(__name__)

#: Seconds for which a key is remembered where there is no outbox to remember it for ever.
KEY_MEMORY = 90 * 24 * 60 * 60


def send_mail(  # noqa: PLR0913 (the fields of a mail)
    *, purpose: str, address: str, subject: str, text: str, html: str = "", key: str | None = None
) -> bool:
    """Take one mail for sending after the transaction commits; return False when it is not to be sent.

    ``purpose`` says what the mail is for ("confirm_comment"); limits and reports count by it. ``key`` is set when
    the same mail must not go twice: a second call with the key returns False. With the newsletter installed False
    also means that the address is suppressed. Never waits for a mail server or a broker.
    """
    if mailing.is_installed():
        return mailing.enqueue(
            purpose=purpose, address=address, subject=subject, text=text, html=html, key=key
        )
    if key and not cache.add(f"onward_blog:mail:{key}", True, KEY_MEMORY):
        return False
    transaction.on_commit(lambda: _ring(address, subject, text, html, purpose))
    return True


def keys_taken(keys: Iterable[str]) -> set[str]:
    """Return which of these keys a mail was taken with: the same mail does not go again."""
    if mailing.is_installed():
        return mailing.keys_taken(keys)
    names = {f"onward_blog:mail:{key}": key for key in keys}
    return {names[name] for name in cache.get_many(names)}


@shared_task(name="onward_blog.send_django_mail", acks_late=True, ignore_result=True)
def send_django_mail(address: str, subject: str, text: str, html: str = "") -> None:
    """Hand one mail to Django's mail backend."""
    message = EmailMultiAlternatives(subject=subject, body=text, to=[address])
    if html:
        message.attach_alternative(html, "text/html")
    message.send()


def _ring(address: str, subject: str, text: str, html: str, purpose: str) -> None:
    try:
        send_django_mail.apply_async(args=[address, subject, text, html], retry=False)
    except (OperationalError, OSError):
        logger.exception("blog.mail_not_queued", extra={"purpose": purpose})
