"""What readers of each role marked, every cell as it is: for the poll's author alone. Readers see ``crosstable``."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from onward_polls.models import Ballot, Poll, Vote


@dataclass(frozen=True)
class RoleCounts:
    """How many ballots readers of each role cast, "" for none given, and which options are marked on them."""

    #: {role: ballots}
    ballots: dict[str, int]
    #: {(role, option primary key): votes}
    votes: dict[tuple[str, int], int]

    def as_stored(self) -> dict[str, Any]:
        """Return it as ``Breakdown.roles`` keeps it."""
        votes = [[role, option, n] for (role, option), n in sorted(self.votes.items())]
        return {"ballots": self.ballots, "votes": votes}


def stored_roles(stored: dict[str, Any]) -> RoleCounts | None:
    """Return what ``Breakdown.roles`` keeps; None where it was never counted."""
    if not stored:
        return None
    return RoleCounts(stored["ballots"], {(role, option): n for role, option, n in stored["votes"]})


def count_roles(poll: Poll) -> RoleCounts:
    """Count the counted ballots by role: two queries over all of them, one where nobody is asked for a role."""
    counted = Ballot.objects.counted().filter(poll=poll)
    ballots = dict(counted.order_by().values_list("role").annotate(n=Count("*")))
    if not (poll.role_list or any(ballots)):
        return RoleCounts(ballots, {})
    votes = Vote.objects.filter(ballot__poll=poll, ballot__withdrawn_at=None, ballot__excluded_at=None)
    marks = votes.order_by().values_list("ballot__role", "option").annotate(n=Count("*"))
    return RoleCounts(ballots, {(role, option): n for role, option, n in marks})
