"""Mail about questions: one that asks an address to confirm, and one, ever, that a question is answered."""

from datetime import timedelta
from typing import Any

import swapper
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from onward_blog import mailing
from onward_blog.links import absolute
from onward_blog.mail import send_mail
from onward_blog.models import ReaderQuestion
from onward_blog.site_names import name_for_page

from . import tokens


#: How long after a part came out its followers may still be told by its issue.
WAITS_FOR_ISSUE = timedelta(days=14)
#: The states of a mail in the ledger of an issue that may still arrive.
ON_THE_WAY = ("pending", "claimed", "sending", "deferred", "in_doubt")


def ask_to_confirm(question: ReaderQuestion, series: Any) -> None:
    """Ask the owner of an address whether to be told. The mail has no word of the question: anybody may have asked."""
    _send(
        "confirm_question",
        question,
        subject=_("Shall we tell you when it is answered?"),
        context={"title": series.title, "link": _link("question_address", _token(question))},
        key=f"confirm-question:{question.pk}",
    )


def tell_asker(question: ReaderQuestion) -> bool:
    """Mail the asker that the question is answered, and where; return whether this call did.

    Only to a confirmed address, only once, and only while readers can open the part. Whoever gets the part's issue is
    told by that, and not twice. Afterwards the address is deleted: it has served.
    """
    part = _part_of(question)
    if part is None or not question.address or question.confirmed_at is None or question.told_at is not None:
        return False
    if _is_told_by_issue(part, question.address):
        if question.address in mailing.ledger_of(part, "submitted", only=[question.address]):
            _mark_told(question, timezone.now())
        return False
    sent = _send(
        "question_answered",
        question,
        subject=_("Your question is answered: %(title)s") % {"title": part.title},
        context={"part": part, "words": question.words, "link": absolute(part.get_absolute_url())},
        key=f"question-answered:{question.pk}",
    )
    # An address that is closed to mail is not told, and not noted as told; it is of no more use.
    _mark_told(question, timezone.now() if sent else None)
    return sent


def tell_waiting(part: Any | None = None) -> int:
    """Tell those who wait although their question is answered, in one part or in any; return how many mails.

    Called when an issue went out, and now and then: followers of a part that is never mailed get their own mail.
    """
    waiting = ReaderQuestion.objects.filter(
        state=ReaderQuestion.State.ANSWERED, told_at=None, confirmed_at__isnull=False
    ).exclude(address="")
    if part is not None:
        waiting = waiting.filter(answered_in=part.pk)
    return sum(tell_asker(question) for question in waiting.select_related("page").order_by("pk"))


def _part_of(question: ReaderQuestion) -> Any | None:
    """Return the part in which a question is answered, if any reader may open it."""
    if question.state != ReaderQuestion.State.ANSWERED:
        return None
    pages = swapper.load_model("wagtailcore", "Page").objects
    part = pages.live().filter(pk=question.answered_in_id).first()
    return part.specific if part and not part.get_view_restrictions().exists() else None


def _is_told_by_issue(part: Any, address: str) -> bool:
    """Return whether the issue of the part has told this address, or still may."""
    if address not in mailing.told_by_issue(part, only=[address]):
        return False
    if mailing.ledger_of(part, *ON_THE_WAY, "submitted", only=[address]):
        return True
    out_since = part.first_published_at or timezone.now()
    return timezone.now() - out_since < WAITS_FOR_ISSUE


def _mark_told(question: ReaderQuestion, now: Any) -> None:
    question.told_at, question.address = now, ""
    ReaderQuestion.objects.filter(pk=question.pk).update(told_at=now, address="")


def _send(purpose: str, question: ReaderQuestion, *, subject: str, context: dict[str, Any], key: str) -> bool:
    context = {**context, "site_name": name_for_page(question.page), "subject": subject}
    return send_mail(
        purpose=purpose,
        address=question.address,
        subject=subject,
        text=render_to_string(f"onward_blog/questions/mail/{purpose}.txt", context).strip() + "\n",
        html=render_to_string(f"onward_blog/questions/mail/{purpose}.html", context),
        key=key,
    )


def _token(question: ReaderQuestion) -> str:
    return tokens.make_token(question.pk, question.nonce)


def _link(name: str, argument: str) -> str:
    return absolute(reverse(f"onward_blog:{name}", args=[argument]))
