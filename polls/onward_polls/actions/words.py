"""Adding a reader's own words to a ballot, and what may be quoted of them."""

from django.db import transaction

from onward_polls import signals
from onward_polls.errors import WordsTooLate
from onward_polls.models import Ballot
from onward_polls.words import clean_credit, clean_words

from .shared import announce, stamp


def add_words(ballot: Ballot, *, words: str, consent: str, credit: str = "") -> Ballot:
    """Put a reader's own words on a ballot, with what may be quoted and under which name.

    ``consent`` is a value of Ballot.Consent; ``credit`` the name as the reader typed it, of which only
    what the consent needs is kept. Raises BallotIncomplete without words or without the name a consent
    needs, and WordsTooLate once the poll has closed.
    """
    words = clean_words(words)
    credit = clean_credit(credit, consent)
    was_quotable = is_quotable(ballot)
    if (words, consent, credit) == (ballot.words, ballot.consent, ballot.credit):
        return ballot
    with transaction.atomic():
        stamp(ballot.poll, ballot, too_late=WordsTooLate, words=words, consent=consent, credit=credit)
        announce(signals.words_added, ballot=ballot)
        if was_quotable and not is_quotable(ballot):
            announce(signals.consent_withdrawn, ballot=ballot)
    return ballot


def is_quotable(ballot: Ballot) -> bool:
    """Whether the words on a ballot may be quoted."""
    return bool(ballot.is_counted and ballot.words and ballot.consent != Ballot.Consent.NONE)


def withdraw_consent(ballot: Ballot) -> None:
    """Stop a reader's words from being quoted: at any time, also long after the poll has closed."""
    quotable = Ballot.objects.filter(pk=ballot.pk).quotable()
    with transaction.atomic():
        if quotable.update(consent=Ballot.Consent.NONE, credit="") == 1:
            announce(signals.consent_withdrawn, ballot=ballot)
    ballot.consent, ballot.credit = Ballot.Consent.NONE, ""
