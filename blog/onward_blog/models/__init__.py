"""Authors, the state of comments, counted shares, and the roundups made from what readers said."""

from .author import Author
from .comments import CommentState
from .desk import AuthorDesk
from .questions import QuestionSupport, ReaderQuestion
from .responses import ResponseFold, Roundup, RoundupQuote, RoundupUse
from .shares import ShareCount, ShareLink
from .summing_up import SummingUp
from .windows import ResponseWindow, WindowMark


__all__ = [
    "Author",
    "AuthorDesk",
    "CommentState",
    "QuestionSupport",
    "ReaderQuestion",
    "ResponseFold",
    "ResponseWindow",
    "Roundup",
    "RoundupQuote",
    "RoundupUse",
    "ShareCount",
    "ShareLink",
    "SummingUp",
    "WindowMark",
]
