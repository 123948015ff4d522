"""Asking a reader once whether a sentence may be quoted, and taking the answer."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from onward_polls import signals
from onward_polls.desk.permission import permission_mail, send_by_django, taken_by_hook
from onward_polls.errors import CannotAsk, WordsGone
from onward_polls.models import Ballot, WordsNote
from onward_polls.words import clean_credit

from .shared import announce
from .words import announce_release, released


#: A ballot whose reader can be asked: words without consent, and an address whose owner confirmed it.
CAN_BE_ASKED = Q(
    withdrawn_at=None,
    consent=Ballot.Consent.NONE,
    follow_up__confirmed_at__isnull=False,
    words_note__asked_at=None,
) & ~Q(words="")


def ask_permission(ballot: Ballot, *, user: Any = None) -> None:
    """Ask the reader by one mail whether the words may be quoted; nobody is ever asked twice.

    The ballot is claimed before the mail is handed over, so two windows send one mail. The hook
    ``onward_polls_send_mail`` takes it in the same transaction; without one, Django's mail sends it after the
    commit, and a mail server that refuses it gives the claim back. Raises CannotAsk.
    """
    with transaction.atomic():
        asked = Ballot.objects.select_related("poll", "follow_up").filter(CAN_BE_ASKED, pk=ballot.pk).first()
        if asked is None or not _claimed(asked):
            raise CannotAsk(_("This reader was asked already, or cannot be asked. No mail was sent."))
        mail = permission_mail(asked)
        log(instance=asked.poll, action="onward_polls.ask_permission", user=user)
        try:
            taken = taken_by_hook(mail)
        except ValueError as error:
            raise CannotAsk(_("The reader’s address cannot be written to. No mail was sent.")) from error
    if not taken:
        _send_or_give_back(ballot, mail)


def _claimed(ballot: Ballot) -> bool:
    """Note that the reader is asked now; False if somebody else did so before."""
    WordsNote.objects.get_or_create(ballot=ballot)
    return WordsNote.objects.filter(ballot=ballot, asked_at=None).update(asked_at=timezone.now()) == 1


def _send_or_give_back(ballot: Ballot, mail: dict[str, str]) -> None:
    try:
        send_by_django(mail)
    except OSError as error:
        WordsNote.objects.filter(ballot=ballot).update(asked_at=None)
        raise CannotAsk(
            _("The mail server did not take the mail, so nobody was asked. Please try again later.")
        ) from error


def answer_permission(ballot: Ballot, *, consent: str, credit: str = "") -> Ballot:
    """Note whether, and under which name, a reader's words may be quoted: at any time, also after closing.

    Returns the ballot as it is now. Raises BallotIncomplete without the name a consent needs, and WordsGone when
    there are no words any more.
    """
    credit = clean_credit(credit, consent)
    with transaction.atomic():
        held = Ballot.objects.select_for_update().standing().with_words().filter(pk=ballot.pk).first()
        if held is None:
            raise WordsGone
        if (held.consent, held.credit) == (consent, credit):
            return held
        before = released(held)
        held.consent, held.credit = consent, credit
        held.save(update_fields=["consent", "credit"])
        announce(signals.words_added, ballot=held)
        announce_release(held, before)
    return held
