"""One sentence as a card on the words board."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from onward_polls.models import Ballot, FollowUp, Theme, WordsNote

from .screen import screen_url


@dataclass(frozen=True)
class WordsCard:
    """What a card says about a sentence; never the reader's address."""

    ballot: Ballot
    #: What the reader chose, or nothing in a poll for words only.
    chose: str
    is_beside_other: bool
    consent: str
    is_quotable: bool
    theme: Theme | None
    starred: bool
    asked_at: datetime | None
    #: "confirmed", "unconfirmed", or nothing if the reader left no address.
    address: str
    #: Where to ask for permission, or nothing where nobody can be asked.
    ask_url: str


def card_of(ballot: Ballot, themes: Sequence[Theme]) -> WordsCard:
    """Return the card of a ballot that page_of_words() has read."""
    note: WordsNote | None = getattr(ballot, "words_note", None)
    follow_up: FollowUp | None = getattr(ballot, "follow_up", None)
    options = [vote.option for vote in ballot.votes.all()]
    confirmed = follow_up is not None and follow_up.confirmed_at is not None
    asked_at = note.asked_at if note else None
    may_ask = confirmed and not asked_at and ballot.consent == Ballot.Consent.NONE
    return WordsCard(
        ballot=ballot,
        chose=", ".join(option.text for option in options),
        is_beside_other=any(option.is_other for option in options),
        consent=consent_line(ballot),
        is_quotable=ballot.consent != Ballot.Consent.NONE and ballot.is_counted,
        theme=next((theme for theme in themes if note and theme.pk == note.theme_id), None),
        starred=bool(note and note.starred),
        asked_at=asked_at,
        address=("confirmed" if confirmed else "unconfirmed") if follow_up else "",
        ask_url=screen_url("ask_permission", ballot.poll_id, ballot.uuid) if may_ask else "",
    )


def consent_line(ballot: Ballot) -> str:
    """Return what may be done with the words on a ballot, as the author reads it."""
    if ballot.consent == Ballot.Consent.NONE:
        return _("Not to be quoted")
    if ballot.credit:
        return _("Quotable as “%(credit)s”") % {"credit": ballot.credit}
    return _("Quotable without a name")
