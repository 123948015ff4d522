"""Long lists for the database, in pieces that every database takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar


Item = TypeVar("Item")

#: How many values are put into one query. SQLite takes 32,766 of them, PostgreSQL 65,535.
SIZE = 500


def batches(items: Iterable[Item], size: int = SIZE) -> Iterator[list[Item]]:
    """Yield the items in lists of at most ``size``."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
