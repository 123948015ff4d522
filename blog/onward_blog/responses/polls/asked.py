"""What a draft asks again, and what keeps the two questions from being quite the same."""

from dataclasses import dataclass
from typing import Any

from onward_polls.models import Poll
from onward_polls.results.comparability import comparability
from onward_polls.tally import read_tally

from .finding import polls_of
from .screens import edit_screen


@dataclass(frozen=True)
class AskedAgain:
    """One question that a draft asks again."""

    wording: str
    #: Where it is worded and its options are kept; "" where the admin is not mounted.
    edit: str
    #: What readers will be told of the differences, as sentences; nothing while the two are the same.
    differences: tuple[str, ...]
    #: Options that readers wrote beside "other" the last time.
    promoted: tuple[str, ...]


def asked_again_in(draft: Any, article: Any) -> list[AskedAgain]:
    """Return the questions of an article that a draft asks again, in reading order."""
    earlier = {poll.pk for poll in polls_of(article)}
    return [
        _asked(poll, poll.follows) for poll in polls_of(draft) if poll.follows and poll.follows_id in earlier
    ]


def _asked(poll: Poll, earlier: Poll) -> AskedAgain:
    now, then = read_tally(poll), read_tally(earlier)
    return AskedAgain(
        poll.question,
        edit_screen(poll.pk),
        tuple(comparability(poll, earlier, now, then)),
        tuple(option.text for option in poll.options.all() if option.promoted_words),
    )
