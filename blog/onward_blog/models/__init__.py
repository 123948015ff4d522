"""Authors, the state of comments, counted shares, and the roundups made from what readers said."""

from .author import Author
from .comments import CommentState
from .responses import ResponseFold, Roundup, RoundupQuote, RoundupUse
from .shares import ShareCount, ShareLink


__all__ = [
    "Author",
    "CommentState",
    "ResponseFold",
    "Roundup",
    "RoundupQuote",
    "RoundupUse",
    "ShareCount",
    "ShareLink",
]
