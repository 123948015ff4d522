"""The mail that welcomes whoever has just confirmed, with what they may want to catch up on."""

import logging
import re
from email.headerregistry import Address

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail import hooks

from onward_newsletter import links
from onward_newsletter.models import Issue, Outbox, Subscription
from onward_newsletter.rendering import SLOT, SLOT_LINK, IssueContent, RenderedIssue, render_issue

from .notices import one_line
from .outbox import enqueue_mail


logger = logging.getLogger(__name__)

PURPOSE = "welcome"


def welcome(subscription: Subscription) -> Outbox | None:
    """Write the welcome mail of a subscription that has just become active; None when there is none to write.

    There is none when the newsletter does not welcome, and when this subscription was welcomed before: whoever
    leaves and comes back is not welcomed twice. Its words are the newsletter's, its body comes from the hook
    ``onward_newsletter_welcome_content``.
    """
    newsletter = subscription.newsletter
    if not newsletter.welcomes:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        subject = _subject(subscription)
        mail = _rendered(subscription, subject)
        return enqueue_mail(
            purpose=PURPOSE,
            address=subscription.subscriber.address,
            subject=subject,
            text=mail.text,
            html=mail.html,
            headers=_headers(subscription),
            key=f"{PURPOSE}:{subscription.subscriber.uuid}:{newsletter.pk}:{subscription.topic_id or 'all'}",
        )


def welcome_content(subscription: Subscription) -> IssueContent:
    """Ask the hook ``onward_newsletter_welcome_content`` what to catch up on; the first answer counts.

    Each function gets the subscription and returns an IssueContent, or None for what it has nothing to say about. One
    that fails costs the reader its part of the mail, and nothing else.
    """
    for fn in hooks.get_hooks("onward_newsletter_welcome_content"):
        try:
            if content := fn(subscription):
                return content  # type: ignore[no-any-return]
        except Exception:
            logger.exception("onward_newsletter.welcome_content_failed")
    return IssueContent("")


def _subject(subscription: Subscription) -> str:
    if subscription.topic:
        return one_line(_("Welcome to “%(name)s”") % {"name": subscription.topic.name})[:200]
    return one_line(_("Welcome to %(name)s") % {"name": subscription.newsletter.name})[:200]


def _rendered(subscription: Subscription, subject: str) -> RenderedIssue:
    """Return the mail in the frame of an issue, with this subscriber's own links in it."""
    newsletter = subscription.newsletter
    words = newsletter.welcome_text.strip() or _("Thank you for subscribing. The next mail comes by itself.")
    frame = Issue(newsletter=newsletter, topic=subscription.topic, subject=subject, intro=words)
    mail = render_issue(frame, welcome_content(subscription))
    own = {
        "%%unsubscribe_url%%": links.leave_url_of(subscription),
        "%%manage_url%%": links.manage_url_of(subscription.subscriber),
    }
    return RenderedIssue(_html(mail.html, own), _text(mail.text, own))


def _html(html: str, own: dict[str, str]) -> str:
    """Fill in the reader's links; one that needs a delivery's token, as it would count a vote, leads to the site."""
    for slot, url in own.items():
        html = html.replace(slot, escape(url))
    return SLOT.sub("", SLOT_LINK.sub(f'href="{escape(links.base_url())}/"', html))


def _text(text: str, own: dict[str, str]) -> str:
    for slot, url in own.items():
        text = text.replace(slot, url)
    return re.sub(r"\n{3,}", "\n\n", SLOT.sub("", text))


def _headers(subscription: Subscription) -> dict[str, str]:
    """Return the headers of RFC 2369, 2919 and 8058, and the newsletter as the sender, as its issues have it."""
    newsletter = subscription.newsletter
    headers = {
        "List-Id": f"<{newsletter.slug}.{newsletter.sender_address.rpartition('@')[2]}>",
        "List-Unsubscribe": f"<{links.leave_url_of(subscription)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "From": str(
            Address(display_name=one_line(newsletter.sender_name), addr_spec=newsletter.sender_address)
        ),
    }
    return headers | ({"Reply-To": newsletter.reply_to} if newsletter.reply_to else {})
