"""Sentences of readers in number: sets that were sorted by hand, and polls to which they were written."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils import timezone

from onward_polls.models import Ballot, Poll


FOLDER = Path(__file__).parent / "labelled"


def labelled(name: str) -> list[tuple[str, str]]:
    """Return (theme, sentence) of a set, in the order of its file: "english", "english_own_words" or "german"."""
    return list(_read(FOLDER / f"{name}.txt"))


def _read(path: Path) -> Iterator[tuple[str, str]]:
    theme = ""
    for line in path.read_text().splitlines():
        if line.startswith("["):
            theme = line.strip("[]")
        elif line and not line.startswith("#"):
            yield theme, line


def sentences(name: str = "english") -> list[str]:
    return [sentence for _theme, sentence in labelled(name)]


def written_to(poll: Poll, texts: Iterable[str], **fields: object) -> list[Ballot]:
    """Have each text written to a poll by a reader of its own."""
    start = poll.ballots.count()
    ballots = [
        Ballot(poll=poll, reader_key=f"{start + number:064x}", cast_at=timezone.now(), words=text, **fields)
        for number, text in enumerate(texts)
    ]
    return Ballot.objects.bulk_create(ballots)
