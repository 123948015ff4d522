"""Polls, the ballots readers cast in them, and the counters derived from those ballots."""

from .ballot import Ballot, BallotQuerySet, FollowUp, ReaderLink, Vote
from .poll import Option, Poll, PollQuerySet, new_salt
from .tally import Tally, TallyDelta


__all__ = [
    "Ballot",
    "BallotQuerySet",
    "FollowUp",
    "Option",
    "Poll",
    "PollQuerySet",
    "ReaderLink",
    "Tally",
    "TallyDelta",
    "Vote",
    "new_salt",
]
