"""Polls, the ballots readers cast in them, what is derived from those ballots, and what authors note about them."""

from .ballot import Ballot, BallotQuerySet, FollowUp, ReaderLink, Vote
from .fairness import MANY_NETWORKS, FairnessFlag, NetworkKey
from .poll import Option, Poll, PollQuerySet, Wording, new_salt, plain_text
from .proposal import ProposedTheme, ProposedWords, ThemeProposal
from .tally import EXCLUDED, Breakdown, Tally, TallyDelta
from .theme import Theme, WordsNote


__all__ = [
    "EXCLUDED",
    "MANY_NETWORKS",
    "Ballot",
    "BallotQuerySet",
    "Breakdown",
    "FairnessFlag",
    "FollowUp",
    "NetworkKey",
    "Option",
    "Poll",
    "PollQuerySet",
    "ProposedTheme",
    "ProposedWords",
    "ReaderLink",
    "Tally",
    "TallyDelta",
    "Theme",
    "ThemeProposal",
    "Vote",
    "Wording",
    "WordsNote",
    "new_salt",
    "plain_text",
]
