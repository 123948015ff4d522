"""The one mail that asks a reader whether a sentence may be quoted: its link, its text, and how it is handed over."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks

from onward_polls.models import Ballot


SALT = "onward_polls.permission"
PURPOSE = "poll_permission"


def permission_token(ballot: Ballot) -> str:
    """Return what the link in the mail carries; it speaks for this one ballot and for nothing else."""
    return signing.Signer(salt=SALT).sign_object(str(ballot.uuid))


def find_asked(token: str) -> Ballot | None:
    """Return the ballot behind a link, or None if the link is forged, nobody was asked, or the words are gone."""
    try:
        uuid = UUID(signing.Signer(salt=SALT).unsign_object(token))
    except (signing.BadSignature, ValueError, AttributeError, TypeError):
        return None
    asked = Ballot.objects.standing().with_words().filter(uuid=uuid, words_note__asked_at__isnull=False)
    return asked.select_related("poll", "words_note").first()


def permission_mail(ballot: Ballot) -> dict[str, str]:
    """Return the purpose, address, subject, text, html and key of the mail about the words on a ballot."""
    path = reverse("onward_polls:permission", args=[permission_token(ballot)])
    subject = _("May we quote what you wrote?")
    context = {
        "subject": subject,
        "poll": ballot.poll,
        "words": ballot.words,
        "url": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path,
    }
    return {
        "purpose": PURPOSE,
        "address": ballot.follow_up.address,
        "subject": subject,
        "text": render_to_string("onward_polls/mail/permission.txt", context),
        "html": render_to_string("onward_polls/mail/permission.html", context),
        "key": f"{SALT}:{ballot.uuid}",
    }


def taken_by_hook(mail: dict[str, str]) -> bool:
    """Offer the mail to the hook ``onward_polls_send_mail``; return whether somebody took it."""
    return any(send(**mail) for send in hooks.get_hooks("onward_polls_send_mail"))


def send_by_django(mail: dict[str, str]) -> None:
    """Hand the mail to Django's mail backend; raises OSError if no mail server takes it."""
    message = EmailMultiAlternatives(mail["subject"], mail["text"], to=[mail["address"]])
    message.attach_alternative(mail["html"], "text/html")
    message.send()
