"""The ballots of one poll in a few numbers, put together from one row for each door."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """How many ballots, by which doors, how many with words and with words to quote, and when."""

    n: int = 0
    words: int = 0
    quotable: int = 0
    doors: Mapping[str, int] | None = None
    first: datetime | None = None
    last: datetime | None = None


def joined(rows: Iterable[Mapping[str, Any]]) -> defaultdict[int, Head]:
    """Return {poll id: Head} from rows with poll_id, door, n, wrote, may, first and last."""
    heads: defaultdict[int, Head] = defaultdict(Head)
    for row in rows:
        head = heads[row["poll_id"]]
        heads[row["poll_id"]] = Head(
            head.n + row["n"],
            head.words + row["wrote"],
            head.quotable + row["may"],
            {**(head.doors or {}), row["door"]: row["n"]},
            min(filter(None, (head.first, row["first"]))),
            max(filter(None, (head.last, row["last"]))),
        )
    return heads


def folded_polls(data: Mapping[str, Any]) -> list[int]:
    """Return the ids of the polls in the data of a ResponseFold."""
    return [int(group["key"].removeprefix("poll:")) for group in data.get("polls", {}).get("groups", [])]
