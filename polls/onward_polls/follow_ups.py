"""Asking an address whether it really wants to hear what came of an answer."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import MaxLengthValidator, validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail import hooks

from .errors import AddressUnusable
from .models import Ballot, FollowUp
from .readers import address_identity


SALT = "onward_polls.follow_up"

#: How many times in 24 hours one address may be asked whether it wants to be told, and for one answer anybody.
MAX_ASKED_PER_DAY = 3
DAY = timedelta(days=1)

#: RFC 5321, 4.5.3.1.
validate_length = MaxLengthValidator(254)


def follow_up_token(follow_up: FollowUp) -> str:
    """Return what the confirmation link carries; it dies when the reader gives another address."""
    return signing.Signer(salt=SALT).sign_object([follow_up.pk, follow_up.nonce])


def find_follow_up(token: str) -> FollowUp | None:
    """Return the follow-up behind a link, or None for a forged or outdated one."""
    try:
        pk, nonce = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    return FollowUp.objects.select_related("ballot__poll").filter(pk=pk, nonce=nonce).first()


def confirmation_mail(follow_up: FollowUp) -> dict[str, str]:
    """Return the purpose, address, subject, text, html and key of the mail that asks to confirm."""
    path = reverse("onward_polls:confirm_follow_up", args=[follow_up_token(follow_up)])
    subject = _("Shall we tell you what came of your answer?")
    context = {
        "subject": subject,
        "poll": follow_up.ballot.poll,
        "url": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path,
    }
    return {
        "purpose": "poll_follow_up",
        "address": follow_up.address,
        "subject": subject,
        "text": render_to_string("onward_polls/mail/confirm_follow_up.txt", context),
        "html": render_to_string("onward_polls/mail/confirm_follow_up.html", context),
        "key": f"onward_polls.follow_up:{follow_up.pk}:{follow_up.nonce}",
    }


def hand_over_confirmation(follow_up: FollowUp) -> bool:
    """Offer the mail to the hook ``onward_polls_send_mail``; return whether somebody took it."""
    if follow_up.asked_at is not None:
        return False
    mail = confirmation_mail(follow_up)
    try:
        taken = any(send(**mail) for send in hooks.get_hooks("onward_polls_send_mail"))
    except ValueError as error:
        # Whoever takes the mail may be stricter about addresses than Django is.
        raise AddressUnusable from error
    if taken:
        follow_up.asked_at = timezone.now()
        follow_up.save(update_fields=["asked_at"])
    return taken


def send_waiting_confirmations() -> int:
    """Send the mails that no hook took, through Django; return how many.

    Each is claimed before it is sent, so two workers never send the same one.
    """
    sent = 0
    for follow_up in FollowUp.objects.filter(asked_at=None).select_related("ballot__poll"):
        claim = FollowUp.objects.filter(pk=follow_up.pk, nonce=follow_up.nonce)
        if claim.filter(asked_at=None).update(asked_at=timezone.now()) != 1:
            continue
        try:
            _send(confirmation_mail(follow_up))
        except OSError:
            # The mail server did not take it: leave it for the next round.
            claim.update(asked_at=None)
            raise
        sent += 1
    return sent


def _send(mail: dict[str, str]) -> None:
    message = EmailMultiAlternatives(mail["subject"], mail["text"], to=[mail["address"]])
    message.attach_alternative(mail["html"], "text/html")
    message.send()


def usable_address(address: str) -> str:
    """Return an address without stray spaces, or raise AddressUnusable."""
    address = address.strip()
    try:
        validate_length(address)
        validate_email(address)
    except ValidationError as error:
        raise AddressUnusable from error
    name, _at, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


def asked_often(address: str, ballot: Ballot) -> bool:
    """Whether strangers may be using this form to fill somebody's mailbox, or many; notes that it was used.

    The rows alone forget an address that was replaced, or taken back with its answer, so the cache counts too, by a
    keyed hash of the address, and for each answer.
    """
    since = timezone.now() - DAY
    asked = FollowUp.objects.filter(address__iexact=address, requested_at__gte=since, confirmed_at=None)
    noted = [_note_asked(name) for name in (address_identity(address), f"ballot:{ballot.uuid}")]
    return asked.count() >= MAX_ASKED_PER_DAY or max(noted) > MAX_ASKED_PER_DAY


def _note_asked(name: str) -> int:
    """Return how many times this was asked for since the first time, 24 hours ago at most."""
    key = f"onward_polls:asked:{name}"
    cache.add(key, 0, DAY.total_seconds())
    try:
        return cache.incr(key)
    except ValueError:
        # It was forgotten between the two.
        return 1
