"""Reading comments: in two queries, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class PublicComment:
    """One comment as anybody may read it: no address, nothing that was not shown."""

    pk: int
    #: The comment it answers, or None at the top of a thread.
    parent_pk: int | None
    name: str
    text: str
    submitted_at: datetime
    by_author: bool
    #: Public comments that answer this one directly.
    reply_count: int = 0


def public_comments(
    page: Any, since: datetime | None = None, until: datetime | None = None
) -> Sequence[PublicComment]:
    """Return the page's public comments, oldest first, submitted in [since, until); two queries."""
    return []
