"""What readers wrote beside "other", put together where they wrote the same thing."""

from collections import Counter
from dataclasses import dataclass

from onward_polls.models import Ballot, Option, Poll, plain_text


@dataclass(frozen=True)
class WriteIn:
    """A text that readers wrote beside "other", in all its spellings."""

    #: The spelling met most often.
    text: str
    #: How many readers wrote it; ballots that are set aside or were taken back do not count.
    n: int
    #: Every spelling, the one met most often first.
    spellings: tuple[str, ...]
    #: What all spellings have in common: letter case and spacing do not matter.
    plain: str


def write_ins(poll: Poll, *, unpromoted: bool = True) -> list[WriteIn]:
    """Return what was written beside "other" of a poll, most often first.

    With ``unpromoted`` the texts are left out that an option of this poll, or of one that follows it, says now.
    """
    spellings: dict[str, Counter[str]] = {}
    for words in _written(poll):
        spellings.setdefault(plain_text(words), Counter())[" ".join(words.split())] += 1
    gone = promoted_plain(poll) if unpromoted else set()
    found = [_write_in(plain, counts) for plain, counts in spellings.items() if plain not in gone]
    return sorted(found, key=lambda each: (-each.n, each.plain))


def _written(poll: Poll) -> list[str]:
    ballots = Ballot.objects.counted().with_words()
    beside = ballots.filter(poll=poll, votes__option__is_other=True, votes__option__poll=poll)
    return list(beside.order_by("cast_at", "pk").values_list("words", flat=True))


def _write_in(plain: str, counts: "Counter[str]") -> WriteIn:
    ordered = tuple(text for text, _n in counts.most_common())
    return WriteIn(ordered[0], counts.total(), ordered, plain)


def promoted_plain(poll: Poll) -> set[str]:
    """Return the plain texts that were promoted to options of this poll or of one that follows it."""
    options = Option.objects.filter(poll__in=[poll.pk, *poll.followed_by.values_list("pk", flat=True)])
    return {plain for each in options.values_list("promoted_words", flat=True) for plain in each}
