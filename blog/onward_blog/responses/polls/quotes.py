"""Readers' sentences that may be quoted, in the order in which an author wants to see them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, Subquery

from onward_blog.responses.base import Quote
from onward_blog.responses.people import initials
from onward_polls.actions.suggesting import language_of
from onward_polls.models import Ballot, Poll, Theme, WordsNote
from onward_polls.themes.standing import FEWEST, READS_WELL, typical_and_dissenting


def quotes_from(polls: Sequence[Poll], ballots: Any, *, source: str) -> list[Quote]:
    """Return the quotable sentences of these ballots, poll by poll; two queries, and one for each poll with themes.

    First those that the author starred on the board; then of each theme, the largest first, the most typical one and
    the one that says it most differently; then those that read well on their own. Otherwise the order is that in
    which they were written. Words beside "other" are words like any others.
    """
    order = {poll.pk: place for place, poll in enumerate(polls)}
    found = sorted(ballots.quotable(), key=lambda ballot: (ballot.cast_at, str(ballot.uuid)))
    notes = _notes_on(ballots)
    telling = _telling(polls, found, notes)

    def place(ballot: Ballot) -> tuple[Any, ...]:
        note = notes.get(ballot.pk)
        starred = note is not None and note.starred
        turn, _kind = telling.get(ballot.pk, (len(telling), ""))
        return order[ballot.poll_id], not starred, turn, len(ballot.words) not in READS_WELL

    return [
        Quote(
            source,
            str(ballot.uuid),
            ballot.words,
            credit_of(ballot),
            f"poll:{ballot.poll_id}",
            "words",
            _theme_of(notes.get(ballot.pk)),
            telling.get(ballot.pk, (0, ""))[1],
        )
        for ballot in sorted(found, key=place)
    ]


def _notes_on(ballots: Any) -> dict[int, WordsNote]:
    """Return {ballot id: note} of all ballots with words, whether these may be quoted or not, each with its theme."""
    notes = WordsNote.objects.filter(ballot__in=ballots.with_words())
    return {note.ballot_id: note for note in notes.select_related("theme", "ballot")}


def _telling(
    polls: Sequence[Poll], found: Sequence[Ballot], notes: dict[int, WordsNote]
) -> dict[int, tuple[int, str]]:
    """Return {ballot id: (its turn, what it is)} of the typical and the dissenting sentences, theme by theme.

    In a theme of very few sentences none is called either.
    """
    by_theme: defaultdict[Theme, list[WordsNote]] = defaultdict(list)
    for note in sorted(notes.values(), key=lambda note: (note.ballot.cast_at, str(note.ballot.uuid))):
        if note.theme:
            by_theme[note.theme].append(note)
    quotable = {ballot.pk for ballot in found}
    languages: dict[int, str] = {}
    turns: list[tuple[int, str]] = []
    for theme in sorted(by_theme, key=lambda theme: (-len(by_theme[theme]), theme.sort_order, theme.pk)):
        themed = by_theme[theme]
        poll = next(poll for poll in polls if poll.pk == theme.poll_id)
        if poll.pk not in languages:
            languages[poll.pk] = language_of(poll)
        candidates = [place for place, note in enumerate(themed) if note.ballot_id in quotable]
        pair = typical_and_dissenting(
            [note.ballot.words for note in themed], candidates, language=languages[poll.pk]
        )
        kinds = ("typical", "dissenting") if len(themed) >= FEWEST else ("", "")
        named = zip(pair, kinds, strict=True)
        turns += [(themed[place].ballot_id, kind) for place, kind in named if place is not None]
    return {ballot: (turn, kind) for turn, (ballot, kind) in enumerate(turns)}


def themes_of(ballots: Any, polls: Sequence[Poll]) -> dict[int, dict[str, int]]:
    """Return {poll id: {theme: how many of these ballots' sentences the author put under it}}; two queries."""
    themes = Theme.objects.filter(poll__in=[poll.pk for poll in polls]).order_by("poll", "sort_order", "name")
    names = {pk: (poll, name) for pk, poll, name in themes.values_list("pk", "poll_id", "name")}
    # Each note looks its ballot up. As a join, PostgreSQL went through a million ballots for five hundred notes.
    written = Subquery(ballots.with_words().filter(pk=OuterRef("ballot_id")).values("pk")[:1])
    notes = (
        WordsNote.objects.filter(theme__in=list(names)).alias(written=written).filter(written__isnull=False)
    )
    counts = dict(notes.values_list("theme_id").annotate(n=Count("pk")))
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for theme, (poll, name) in names.items():
        if theme in counts:
            found[poll][name] = counts[theme]
    return found


def theme_today(ballot_uuid: str) -> str:
    """Return the theme under which the author has the words of a ballot now, or ""; one query."""
    theme = Theme.objects.filter(words_notes__ballot__uuid=ballot_uuid).first()
    return theme.name if theme else ""


def credit_of(ballot: Ballot) -> str:
    """Return the name under which a ballot's words may be quoted; "" is without a name."""
    if ballot.consent == Ballot.Consent.NAME:
        return ballot.credit
    return initials(ballot.credit) if ballot.consent == Ballot.Consent.INITIALS else ""


def _theme_of(note: WordsNote | None) -> str:
    return note.theme.name if note and note.theme else ""
