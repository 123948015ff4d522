"""Numbers of comments as they come from outside: those the database cannot hold are no numbers of comments."""

from collections.abc import Iterable

from django.urls.converters import IntConverter


#: Digits that always fit into the column, which holds numbers up to 2,147,483,647.
MOST_DIGITS = 9


class CommentNumber(IntConverter):
    """A comment's number in an address; any other number finds no page, and no database error either."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"


def comment_number(text: str) -> int | None:
    """Return the number, or None for what cannot be the number of a comment."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None


def comment_numbers(texts: Iterable[str]) -> list[int]:
    """Return the numbers among the texts, each once."""
    return sorted({number for text in texts if (number := comment_number(text)) is not None})
