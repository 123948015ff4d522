"""Counting that an article was passed on, and that somebody came by it."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from onward_blog import signals
from onward_blog.browser import keyed_hash
from onward_blog.limits import KeyedThrottle, seconds_to_wait
from onward_blog.models import ShareCount

from .codes import channel_of, keep_code


#: Shares from one network in an hour that are counted.
MOST_PER_NETWORK = 20
#: Arrivals from one network in an hour that are counted: an office reads together, a robot does not stop.
MOST_ARRIVALS_PER_NETWORK = 60
_TWO_DAYS = 2 * 24 * 60 * 60

#: Programs that say they are not people.
_ROBOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|externalhit|preview|embedly|monitor|scanner|lighthouse|archiver",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Visitor:
    """Who acts, as far as counting needs to know; only hashes of it are kept, and those for two days at most."""

    #: The browser's own word, or what stands for it; see ``onward_blog.browser``.
    browser: str
    network: str
    agent: str = ""

    @property
    def is_robot(self) -> bool:
        return bool(_ROBOTS.search(self.agent))


def record_share(page_pk: int, channel: str, visitor: Visitor, *, now: datetime | None = None) -> bool:
    """Count one share click and return True, or return False where it does not count.

    It counts once per browser, page, channel and day (in UTC), twenty times per network and hour, and never for
    robots. ``channel`` is a slug of the channel table.
    """
    now = now or timezone.now()
    if visitor.is_robot or not _first_today("share", page_pk, channel, visitor, now):
        return False
    if seconds_to_wait([_throttle("share", visitor, MOST_PER_NETWORK)]):
        return False
    with transaction.atomic():
        keep_code(page_pk, channel)
        _add(page_pk, channel, now, "clicks")
        send = partial(signals.share_counted.send, sender=ShareCount, page_id=page_pk, channel=channel)
        transaction.on_commit(send)
    return True


def record_arrival(page_pk: int, code: str, visitor: Visitor, *, now: datetime | None = None) -> bool:
    """Count that somebody came by a shared link and return True, or return False where it does not count.

    It counts once per browser, page and day, and never for robots or for a code that is not of this page.
    """
    now = now or timezone.now()
    channel = channel_of(page_pk, code)
    if channel is None or visitor.is_robot or not _first_today("arrival", page_pk, "", visitor, now):
        return False
    if seconds_to_wait([_throttle("arrival", visitor, MOST_ARRIVALS_PER_NETWORK)]):
        return False
    _add(page_pk, channel, now, "arrivals")
    return True


def _throttle(act: str, visitor: Visitor, allowed: int) -> KeyedThrottle:
    return KeyedThrottle(f"{act}-network", visitor.network, allowed=allowed, seconds=3600)


def _first_today(act: str, page_pk: int, channel: str, visitor: Visitor, now: datetime) -> bool:
    what = f"{visitor.browser}:{page_pk}:{channel}:{now:%Y-%m-%d}"
    return cache.add(f"onward_blog:{act}:{keyed_hash(f'shares.{act}', what)}", True, _TWO_DAYS)


def _add(page_pk: int, channel: str, now: datetime, column: str) -> None:
    """Add one to a day's count; the row of the day is made by whoever comes first."""
    row = ShareCount.objects.filter(page_id=page_pk, channel=channel, day=now.date())
    if row.update(**{column: F(column) + 1}):
        return
    try:
        with transaction.atomic():
            ShareCount.objects.create(page_id=page_pk, channel=channel, day=now.date(), **{column: 1})
    except IntegrityError:
        row.update(**{column: F(column) + 1})
