"""What the loading steps share: the clock they count from, and what earlier steps made."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone


#: Part 1 came out this many days ago; day 14 of the demo is today.
DAYS_SINCE_PART_ONE = 14


@dataclass
class Stage:
    """The demo while it is being made."""

    now: datetime
    author: Any = None
    user: Any = None
    newsletter: Any = None
    #: Series by slug, articles by slug, polls and pictures by the names the texts use.
    series: dict[str, Any] = field(default_factory=dict)
    articles: dict[str, Any] = field(default_factory=dict)
    polls: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, Any] = field(default_factory=dict)
    #: What was cast in each poll, by the name of the poll.
    casts: dict[str, list[Any]] = field(default_factory=dict)
    topics: dict[str, Any] = field(default_factory=dict)
    #: What became of each follower of the newsletter, by the id of the subscriber.
    fates: dict[int, str] = field(default_factory=dict)
    #: Subscribers whom the mail of Part 1 reached.
    issue: Any = None
    mailed: list[Any] = field(default_factory=list)

    def moment(self, day: int, clock: str = "07:30") -> datetime:
        """Return that time of that day in the site's time zone; what today has not reached yet was yesterday."""
        hour, minute = (int(part) for part in clock.split(":"))
        today = timezone.localtime(self.now).replace(hour=hour, minute=minute, second=0, microsecond=0)
        wanted = today + timedelta(days=day - DAYS_SINCE_PART_ONE)
        return wanted if wanted < self.now else wanted - timedelta(days=1)


def dice(name: str) -> random.Random:
    """Return the random numbers of one step: the same for every loading, whatever the other steps draw."""
    return random.Random(f"onward demo: {name}")  # noqa: S311 (repeatable on purpose, guards nothing)


def option_uuid(poll: str, option: str) -> uuid.UUID:
    """Return the stable id of an option, so that a link to it means the same in every demo."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"onward-demo:{poll}:{option}")
