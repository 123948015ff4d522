"""Readers' sentences that may be quoted, in the order in which an author wants to see them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from onward_blog.responses.base import Quote
from onward_blog.responses.people import initials
from onward_polls.models import Ballot, Poll, WordsNote


#: A sentence of this many characters reads well on its own, so it is put before shorter and longer ones.
READS_WELL = range(40, 281)


def quotes_from(polls: Sequence[Poll], ballots: Any, *, source: str) -> list[Quote]:
    """Return the quotable sentences of these ballots, poll by poll; two queries.

    First those that the author starred on the board, then those that read well on their own, each in the order in
    which they were written. Words beside "other" are words like any others.
    """
    order = {poll.pk: place for place, poll in enumerate(polls)}
    found = list(ballots.quotable())
    notes = {
        note.ballot_id: note
        for note in WordsNote.objects.filter(ballot__in=ballots.quotable()).select_related("theme")
    }

    def place(ballot: Ballot) -> tuple[Any, ...]:
        note = notes.get(ballot.pk)
        starred = note is not None and note.starred
        well = len(ballot.words) in READS_WELL
        return order[ballot.poll_id], not starred, not well, ballot.cast_at, str(ballot.uuid)

    return [
        Quote(
            source,
            str(ballot.uuid),
            ballot.words,
            credit_of(ballot),
            f"poll:{ballot.poll_id}",
            "words",
            _theme_of(notes.get(ballot.pk)),
        )
        for ballot in sorted(found, key=place)
    ]


def themes_of(ballots: Any) -> dict[int, dict[str, int]]:
    """Return {poll id: {theme: how many sentences the author put under it}}; one query."""
    notes = WordsNote.objects.filter(ballot__in=ballots.with_words(), theme__isnull=False)
    rows = notes.values_list("theme__poll_id", "theme__name").annotate(n=Count("pk"))
    themes: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for poll, name, n in rows.order_by("theme__poll_id", "theme__sort_order", "theme__name"):
        themes[poll][name] = n
    return themes


def credit_of(ballot: Ballot) -> str:
    """Return the name under which a ballot's words may be quoted; "" is without a name."""
    if ballot.consent == Ballot.Consent.NAME:
        return ballot.credit
    return initials(ballot.credit) if ballot.consent == Ballot.Consent.INITIALS else ""


def _theme_of(note: WordsNote | None) -> str:
    return note.theme.name if note and note.theme else ""
