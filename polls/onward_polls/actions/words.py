"""Adding a reader's own words to a ballot, and what may be quoted of them."""

from collections.abc import Sequence

from django.db import transaction

from onward_polls import signals
from onward_polls.ballots.ballot_box import lock_ballots, share_poll
from onward_polls.errors import AnswerTakenBack, WordsTooLate, WrittenElsewhere
from onward_polls.models import Ballot
from onward_polls.words import clean_credit, clean_words

from .shared import announce, stamp


def add_words(
    ballot: Ballot, *, words: str, consent: str, credit: str = "", by: Sequence[str] = ()
) -> Ballot:
    """Put a reader's own words on a ballot, with what may be quoted and under which name.

    ``consent`` is a value of Ballot.Consent; ``credit`` the name as the reader typed it, of which only
    what the consent needs is kept. ``by`` are the reader keys of whoever writes, the first of which is remembered;
    without any, no one is asked. Raises BallotIncomplete without words or without the name a consent needs,
    WrittenElsewhere over words that were written under another key, AnswerTakenBack when the ballot was withdrawn
    in the meantime, and WordsTooLate once the poll has closed.
    """
    words = clean_words(words)
    credit = clean_credit(credit, consent)
    with transaction.atomic():
        held = hold_for_words(ballot, by)
        if (words, consent, credit) == (held.words, held.consent, held.credit):
            return held
        before = released(held)
        writer = by[0] if by else held.words_by
        values = {"words": words, "consent": consent, "credit": credit, "words_by": writer}
        stamp(held.poll, held, too_late=WordsTooLate, **values)
        announce(signals.words_added, ballot=held)
        announce_release(held, before)
    for name, value in values.items():
        setattr(ballot, name, value)
    return held


def hold_for_words(ballot: Ballot, by: Sequence[str]) -> Ballot:
    """Lock the row of a ballot, so that it cannot be withdrawn meanwhile, and return it as it is now.

    Runs inside a transaction. Raises AnswerTakenBack, and WrittenElsewhere where words or an address were added
    under a key that is not among these.
    """
    share_poll(ballot.poll)
    held = next(iter(lock_ballots(ballot.poll, pk=ballot.pk)), None)
    if held is None or not held.stands:
        raise AnswerTakenBack
    writer = held.words_by or held.cast_by or held.reader_key
    if by and writer not in by and (held.words or hasattr(held, "follow_up")):
        raise WrittenElsewhere
    return held


def is_quotable(ballot: Ballot) -> bool:
    """Whether the words on a ballot may be quoted."""
    return bool(ballot.is_counted and ballot.words and ballot.consent != Ballot.Consent.NONE)


def released(ballot: Ballot) -> tuple[str, str, str] | None:
    """Return the words that may be quoted, and what allows it; None where they may not."""
    return (ballot.words, ballot.consent, ballot.credit) if is_quotable(ballot) else None


def announce_release(ballot: Ballot, before: tuple[str, str, str] | None) -> None:
    """Say after the commit what no longer holds of what ``released`` returned before a ballot was changed."""
    after = released(ballot)
    if before is None or before == after:
        return
    same_words = after is not None and after[0] == before[0]
    announce(signals.consent_changed if same_words else signals.consent_withdrawn, ballot=ballot)


def withdraw_consent(ballot: Ballot) -> None:
    """Stop a reader's words from being quoted: at any time, also long after the poll has closed."""
    # Also on a ballot that is set aside: the author may count it again tomorrow.
    given = Ballot.objects.filter(pk=ballot.pk).exclude(consent=Ballot.Consent.NONE)
    with transaction.atomic():
        if given.update(consent=Ballot.Consent.NONE, credit="") == 1:
            announce(signals.consent_withdrawn, ballot=ballot)
    ballot.consent, ballot.credit = Ballot.Consent.NONE, ""
