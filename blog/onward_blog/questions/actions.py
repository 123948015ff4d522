"""What readers do: ask, want a question answered too, take that back, confirm an address or delete it."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from onward_blog import mailing, versions
from onward_blog.browser import keyed_hash
from onward_blog.models import QuestionSupport, ReaderQuestion

from . import notices, tokens
from .access import refuse_when_closed, series_of
from .errors import AddressRefused, LinkVoid, QuestionSettled


State = ReaderQuestion.State

#: What readers see.
SHOWN = (State.PUBLIC, State.PICKED, State.ANSWERED)
#: What readers can still want too.
OPEN = (State.PUBLIC, State.PICKED)

#: Seconds in which a series starts at most one new version because more or fewer want a question answered.
SUPPORT_WINDOW = 60
#: How long an address waits for its owner to confirm it, and how long that of a rejected question is kept.
KEEP_ADDRESS = timedelta(days=30)


@dataclass(frozen=True)
class Draft:
    """What a reader sent: one question, not yet stored."""

    words: str
    #: The browser's own word; see ``onward_blog.browser``.
    identity: str
    address: str = ""


def asker_key(identity: str) -> str:
    """Return the hash under which a browser's own questions are found."""
    return keyed_hash("questions.asker", identity)


def supporter_key(question_id: int, identity: str) -> str:
    """Return the hash of one browser at one question; it says nothing of the other questions it wants."""
    return keyed_hash("questions.supporter", f"{question_id}:{identity}")


def ask_question(series: Any, draft: Draft) -> ReaderQuestion:
    """Store a question, held for the author, with its asker as the first who wants it answered; return it.

    The same words from the same browser are one question. Words that are public already are wanted by one more
    reader, unless an address comes with them. With an address a mail asks its owner to confirm it.

    Raises QuestionsClosed, and AddressRefused for an address that no mail can be sent to.
    """
    refuse_when_closed(series)
    address = _one_spelling(draft.address)
    with transaction.atomic():
        if known := _known(series, draft, address):
            if known.state in OPEN:
                support_question(known, draft.identity)
            return known
        question = ReaderQuestion.objects.create(
            page_id=series.pk, words=draft.words, asked_by=asker_key(draft.identity), address=address
        )
        QuestionSupport.objects.create(
            question=question, reader_key=supporter_key(question.pk, draft.identity)
        )
        if address:
            notices.ask_to_confirm(question, series)
    return question


def support_question(question: ReaderQuestion, identity: str) -> bool:
    """Note that a reader wants a question answered too; return False where that was noted before.

    The unique key decides, so any number of presses at once leave one. Raises QuestionSettled, QuestionsClosed.
    """
    refuse_settled(question, series_of(question))
    key = supporter_key(question.pk, identity)
    _support, is_new = QuestionSupport.objects.get_or_create(question=question, reader_key=key)
    if is_new:
        _renew_soon(question.page_id)
    return is_new


def withdraw_support(question: ReaderQuestion, identity: str) -> bool:
    """Take a reader's wish back; return whether there was one. Raises QuestionSettled, QuestionsClosed."""
    refuse_settled(question, series_of(question))
    key = supporter_key(question.pk, identity)
    removed, _rows = QuestionSupport.objects.filter(question=question, reader_key=key).delete()
    if removed:
        _renew_soon(question.page_id)
    return bool(removed)


def question_of_token(token: str) -> ReaderQuestion:
    """Return the question that a mail's token belongs to, which may have no address any more; raise LinkVoid."""
    question_id, nonce = tokens.read_token(token)
    found = ReaderQuestion.objects.filter(pk=question_id, nonce=nonce)
    question = found.select_related("page").first()
    if question is None:
        raise LinkVoid
    return question


def confirm_address(token: str) -> ReaderQuestion:
    """Note that the owner of the address wants to be told; a second time changes nothing.

    A question that has been answered meanwhile is told of at once. Raises LinkVoid.
    """
    question = question_of_token(token)
    with transaction.atomic():
        waiting = ReaderQuestion.objects.filter(pk=question.pk, confirmed_at=None).exclude(address="")
        if waiting.update(confirmed_at=timezone.now()):
            question.refresh_from_db()
            notices.tell_asker(question)
    return question


def forget_address(token: str) -> ReaderQuestion:
    """Delete the address of a question; the question stays. Raises LinkVoid."""
    question = question_of_token(token)
    ReaderQuestion.objects.filter(pk=question.pk).exclude(address="").update(address="", confirmed_at=None)
    question.refresh_from_db()
    return question


def forget_old_addresses() -> int:
    """Delete the addresses nobody confirmed in 30 days, and those of old rejected questions; return how many."""
    old = ReaderQuestion.objects.filter(asked_at__lt=timezone.now() - KEEP_ADDRESS).exclude(address="")
    unconfirmed, rejected = old.filter(confirmed_at=None), old.filter(state=State.REJECTED)
    return (unconfirmed | rejected).update(address="", confirmed_at=None)


def _one_spelling(address: str) -> str:
    try:
        return mailing.one_spelling(address) if address else ""
    except ValueError as error:
        raise AddressRefused from error


def _known(series: Any, draft: Draft, address: str) -> ReaderQuestion | None:
    """Return the question that these words are already: the browser's own, or a public one."""
    same = ReaderQuestion.objects.filter(page_id=series.pk, words__iexact=draft.words)
    own = same.filter(asked_by=asker_key(draft.identity), address=address).exclude(state=State.REJECTED)
    public = ReaderQuestion.objects.none() if address else same.filter(state__in=OPEN)
    return own.first() or public.first()


def refuse_settled(question: ReaderQuestion, series: Any) -> None:
    """Raise QuestionSettled unless readers can still want this, QuestionsClosed when its series takes nothing."""
    if question.state not in OPEN:
        raise QuestionSettled
    refuse_when_closed(series)


def _renew_soon(page_id: int) -> None:
    """Start a new version of the series, unless one was started for the same reason within the last minute."""
    if cache.add(f"onward_blog:questions:{page_id}", True, SUPPORT_WINDOW):
        transaction.on_commit(partial(versions.bump, page_id))
