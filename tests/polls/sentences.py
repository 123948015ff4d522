"""Sentences of readers in number, and polls to which they were written."""

from collections.abc import Iterable

from django.utils import timezone

from onward_polls.models import Ballot, Poll
from tests.polls.labelled import labelled, sentences


__all__ = ["labelled", "sentences", "written_to"]


def written_to(poll: Poll, texts: Iterable[str], **fields: object) -> list[Ballot]:
    """Have each text written to a poll by a reader of its own."""
    start = poll.ballots.count()
    ballots = [
        Ballot(poll=poll, reader_key=f"{start + number:064x}", cast_at=timezone.now(), words=text, **fields)
        for number, text in enumerate(texts)
    ]
    return Ballot.objects.bulk_create(ballots)
