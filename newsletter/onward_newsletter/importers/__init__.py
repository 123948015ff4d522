"""Files of addresses: whose they are, how they are spelt, and their rows. Nothing here knows the database."""

from collections.abc import Iterable

from .base import Format, Row, Standing
from .files import List, UnreadableFile, open_list
from .ghost import GHOST
from .listmonk import LISTMONK
from .mailchimp import MAILCHIMP
from .onward import ONWARD
from .plain import PLAIN
from .substack import SUBSTACK


__all__ = [
    "FORMATS",
    "Format",
    "List",
    "Row",
    "Standing",
    "UnreadableFile",
    "guess_columns",
    "open_list",
    "recognise",
]

#: By key; the first that fits a file's headings reads it, and the plain one reads all others.
FORMATS: dict[str, Format] = {
    format_.key: format_ for format_ in (ONWARD, SUBSTACK, GHOST, MAILCHIMP, LISTMONK, PLAIN)
}


def recognise(headings: Iterable[str]) -> Format:
    """Return the format of a file with these headings, in any case and order."""
    known = frozenset(heading.strip().lower() for heading in headings)
    return next((format_ for format_ in FORMATS.values() if format_.fits(known)), PLAIN)


def guess_columns(format_: Format, list_: List) -> dict[str, str]:
    """Return what each of the columns holds, as {what: heading}, as far as the headings tell.

    A list of addresses without headings is known by an address in its first line.
    """
    by_name = {heading.strip().lower(): heading for heading in reversed(list_.headings)}
    guessed = {
        what: by_name[name]
        for what, names in format_.columns.items()
        if (name := next((name for name in names if name in by_name), None))
    }
    if "address" not in guessed and list_.address_column:
        guessed["address"] = list_.address_column
    return guessed
