"""What readers of the demo wrote beside their answers, and what the author made of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from onward_polls.models import Ballot, FollowUp, Poll, Theme, WordsNote

from .content.board import STARRED, THEMES, WRITE_INS
from .content.shapes import PollText, WordsText
from .content.words import ALL_WORDS
from .stage import dice


if TYPE_CHECKING:
    from .answering import Cast


def add_words(text: PollText, casts: list[Cast]) -> None:
    """Put each sentence, and each line beside "other", on a ballot of its own that chose the option."""
    free = list(casts)
    dice("words").shuffle(free)
    sentences = _sentences(text)
    lines = [WordsText(poll, words, option) for poll, option, words in WRITE_INS if poll == text.name]
    for sentence in (*sentences, *lines):
        spot = next(place for place, cast in enumerate(free) if cast.option == sentence.option)
        ballot = free.pop(spot).ballot
        ballot.words, ballot.consent, ballot.credit = sentence.words, sentence.consent, sentence.credit


def ask_to_be_told(text: PollText, poll: Poll) -> None:
    """Record who asked to be told what came of a sentence, and who confirmed the address."""
    ballots: dict[str, Any] = {ballot.words: ballot for ballot in poll.ballots.with_words()}
    FollowUp.objects.bulk_create(
        _follow_up(ballots[sentence.words], sentence) for sentence in _sentences(text) if sentence.tell
    )


def sort_words(text: PollText, poll: Poll) -> None:
    """Put some sentences under themes, and a star on a few, as an author does on the board."""
    themes = [(name, starts) for of_poll, name, starts in THEMES if of_poll == text.name]
    notes: dict[int, WordsNote] = {}
    ballots = list(poll.ballots.with_words().order_by("cast_at", "pk"))
    for place, (name, starts) in enumerate(themes):
        theme = Theme.objects.create(poll=poll, name=name, sort_order=place)
        for ballot in ballots:
            if ballot.words.startswith(starts):
                notes[ballot.pk] = WordsNote(ballot=ballot, theme=theme)
    for ballot in ballots:
        if ballot.words.startswith(STARRED):
            notes.setdefault(ballot.pk, WordsNote(ballot=ballot)).starred = True
    WordsNote.objects.bulk_create(notes.values())


def _sentences(text: PollText) -> list[WordsText]:
    return [sentence for sentence in ALL_WORDS if sentence.poll == text.name]


def _follow_up(ballot: Ballot, sentence: WordsText) -> FollowUp:
    return FollowUp(
        ballot=ballot,
        address=sentence.tell,
        requested_at=ballot.cast_at,
        asked_at=ballot.cast_at,
        confirmed_at=ballot.cast_at + timedelta(minutes=9) if sentence.tell_confirmed else None,
    )
