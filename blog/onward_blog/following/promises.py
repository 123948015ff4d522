"""What an author has promised readers, and has been silent about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from onward_blog.models import ResponseFold

from .ending import series_models


#: So many days without a word, and the author is reminded.
SILENT_DAYS = 14


@dataclass(frozen=True)
class Overdue:
    """A part that is announced and whose readers have waited for too long."""

    series: Any
    #: The live part that announces it.
    announcer: Any
    #: Answers that wait in that part, as of the last fold.
    answers: int
    #: Whole days since it was expected, or since the last part where no day was named.
    silent_days: int
    #: The draft of the part, or None while there is none.
    draft: Any | None

    @property
    def was_expected(self) -> bool:
        """Whether a day was named and has passed."""
        return self.announcer.next_expected is not None

    @property
    def key(self) -> str:
        """What tells this reminder from every other; a new one after each 14 days of silence."""
        return f"overdue:{self.announcer.pk}:{self.silent_days // SILENT_DAYS}"


def overdue_parts(user: Any, now: datetime | None = None) -> list[Overdue]:
    """Return the announced parts that wait for this user, the longest silence first.

    For the author's desk and the morning mail: show each with a button to the draft, or to "Write the next part" of
    ``announcer`` where ``draft`` is None. A part is overdue when its series has not ended, answers wait in the part that
    announces it, and 14 days have passed since the day it was expected, or since that part where no day was named.
    Only series that the user may edit are looked at; a few queries for each that is announced.
    """
    moment = now or timezone.now()
    found = [
        part
        for series in _open_series()
        if series.permissions_for_user(user).can_edit() and (part := _overdue(series, moment))
    ]
    return sorted(found, key=lambda part: (-part.silent_days, part.series.pk))


def _open_series() -> Iterator[Any]:
    for model in series_models():
        yield from model.objects.live().filter(ended_at=None).order_by("pk")


def _overdue(series: Any, now: datetime) -> Overdue | None:
    announcer = series.announced_next()
    if announcer is None:
        return None
    silent_days = (now - _silent_since(announcer)).days
    if silent_days < SILENT_DAYS or not (answers := _answers(announcer)):
        return None
    later = series.get_children().filter(path__gt=announcer.path, live=False, first_published_at=None)
    draft = later.order_by("path").first()
    return Overdue(series, announcer, answers, silent_days, draft.specific if draft else None)


def _silent_since(announcer: Any) -> datetime:
    """Return the later of the day on which the part was expected and the one on which it was announced."""
    published: datetime = announcer.first_published_at or timezone.now()
    if announcer.next_expected is None:
        return published
    return max(published, timezone.make_aware(datetime.combine(announcer.next_expected, time.min)))


def _answers(announcer: Any) -> int:
    fold = ResponseFold.objects.filter(page=announcer.pk).first()
    return int(fold.data.get("polls", {}).get("total", 0)) if fold else 0
