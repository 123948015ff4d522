"""What readers and authors do with polls. Every action takes models and values, and raises a PollError."""

from .copying import copy_poll
from .counting import fold_tallies, rebuild_tallies
from .follow_ups import confirm_follow_up, request_follow_up
from .life import announce_closings, close_poll
from .voting import cast_ballot, cast_from_mail, link_reader, withdraw_ballot
from .words import add_words, is_quotable, withdraw_consent


__all__ = [
    "add_words",
    "announce_closings",
    "cast_ballot",
    "cast_from_mail",
    "close_poll",
    "confirm_follow_up",
    "copy_poll",
    "fold_tallies",
    "is_quotable",
    "link_reader",
    "rebuild_tallies",
    "request_follow_up",
    "withdraw_ballot",
    "withdraw_consent",
]
