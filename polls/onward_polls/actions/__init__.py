"""What readers and authors do with polls. Every action takes models and values, and raises a PollError."""

from .breakdowns import refresh_breakdown, refresh_due_breakdowns
from .copying import ask_again, copy_poll
from .counting import fold_tallies, rebuild_tallies
from .fairness import decide_flag, exclude_ballots, find_unfair_ballots, include_ballots
from .first_answers import cast_first_ballot
from .follow_ups import confirm_follow_up, forget_follow_up, request_follow_up
from .life import (
    announce_change,
    announce_closings,
    archive_poll,
    close_poll,
    reopen_poll,
    unarchive_poll,
)
from .permission import answer_permission, ask_permission
from .promoting import promote_words
from .rewording import note_rewording, reword
from .themes import create_theme, delete_theme, merge_themes, rename_theme, sort_words, star_words
from .voting import cast_ballot, cast_from_mail, link_reader, withdraw_ballot
from .words import add_words, is_quotable, withdraw_consent


__all__ = [
    "add_words",
    "announce_change",
    "announce_closings",
    "answer_permission",
    "archive_poll",
    "ask_again",
    "ask_permission",
    "cast_ballot",
    "cast_first_ballot",
    "cast_from_mail",
    "close_poll",
    "confirm_follow_up",
    "copy_poll",
    "create_theme",
    "decide_flag",
    "delete_theme",
    "exclude_ballots",
    "find_unfair_ballots",
    "fold_tallies",
    "forget_follow_up",
    "include_ballots",
    "is_quotable",
    "link_reader",
    "merge_themes",
    "note_rewording",
    "promote_words",
    "rebuild_tallies",
    "refresh_breakdown",
    "refresh_due_breakdowns",
    "rename_theme",
    "reopen_poll",
    "request_follow_up",
    "reword",
    "sort_words",
    "star_words",
    "unarchive_poll",
    "withdraw_ballot",
    "withdraw_consent",
]
