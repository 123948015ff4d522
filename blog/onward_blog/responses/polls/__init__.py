"""What readers answered to the polls in an article. The one package here that imports ``onward_polls``."""

from .again import asked_again
from .finding import polls_in, polls_of
from .mail import poll_in_mail
from .news import connect_signals
from .reach import reach_of
from .readers import chosen_by, mail_reader, mark_told, who_asked, with_follow_up
from .source import PollSource


__all__ = [
    "PollSource",
    "asked_again",
    "chosen_by",
    "connect_signals",
    "mail_reader",
    "mark_told",
    "poll_in_mail",
    "polls_in",
    "polls_of",
    "reach_of",
    "who_asked",
    "with_follow_up",
]
