"""How often the articles were passed on, and how many came by that."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.utils import timezone

from onward_blog.models import ShareCount

from .stage import Stage, dice


Channels = dict[str, tuple[int, int]]

#: Share clicks and arrivals by channel. A copied link goes to a colleague; a public post brings more readers.
PART_ONE: Channels = {
    "copy": (38, 171),
    "linkedin": (27, 144),
    "native": (11, 40),
    "email": (12, 19),
    "whatsapp": (9, 31),
}
OLDER: Channels = {"copy": (11, 35), "linkedin": (6, 22), "email": (5, 6)}
#: Most in the first days, and once more when a manager with many followers found the article.
DAY_WEIGHTS = (20, 16, 9, 6, 4, 3, 2, 14, 9, 5, 3, 2, 2, 3)


def count_shares(stage: Stage) -> None:
    """Write the share counts of every article by channel and day."""
    for slug, article in stage.articles.items():
        channels = PART_ONE if slug == "one-number-counted-twice" else OLDER
        for channel, totals in channels.items():
            ShareCount.objects.bulk_create(_days(article, channel, totals))


def _days(article: Any, channel: str, totals: tuple[int, int]) -> list[ShareCount]:
    clicks, arrivals = (_spread(f"{article.slug} {channel} {total}", total) for total in totals)
    first = timezone.localdate(article.first_published_at)
    return [
        ShareCount(
            page=article,
            channel=channel,
            day=first + timedelta(days=day),
            clicks=clicks[day],
            arrivals=arrivals[day],
        )
        for day in sorted({*clicks, *arrivals})
    ]


def _spread(name: str, total: int) -> Counter[int]:
    """Return {day: count} with that sum."""
    return Counter(dice(f"shares {name}").choices(range(len(DAY_WEIGHTS)), DAY_WEIGHTS, k=total))
