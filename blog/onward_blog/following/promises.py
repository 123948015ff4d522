"""What an author has promised readers, and has been silent about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import swapper
from django.db.models import Exists, OuterRef
from django.db.models.functions import Left, Length
from django.utils import timezone

from onward_blog.models import ResponseFold
from onward_blog.responses.folding import article_models

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
    Only series that the user may edit are looked at. One query for each type of page, and a few for each series whose
    newest part announced another one 14 days ago or earlier.
    """
    moment = now or timezone.now()
    found = [
        part
        for series in _series_that_wait(moment - timedelta(days=SILENT_DAYS))
        if series.permissions_for_user(user).can_edit() and (part := _overdue(series, moment))
    ]
    return sorted(found, key=lambda part: (-part.silent_days, part.series.pk))


def _series_that_wait(since: datetime) -> Iterator[Any]:
    """Yield the series that go on and whose newest part has announced the next one since then or longer."""
    parents = {path for model in article_models() for path in _parents_of_announcers(model, since)}
    for model in series_models() if parents else ():
        yield from model.objects.live().filter(path__in=parents, ended_at=None).order_by("pk")


def _parents_of_announcers(model: Any, since: datetime) -> Iterator[str]:
    pages = swapper.load_model("wagtailcore", "Page").objects
    parent = Left(OuterRef("path"), Length(OuterRef("path")) - model.steplen)
    later = pages.live().filter(depth=OuterRef("depth"), path__gt=OuterRef("path"), path__startswith=parent)
    waiting = model.objects.live().exclude(next_question="").filter(~Exists(later))
    paths = waiting.filter(first_published_at__lte=since).values_list("path", flat=True)
    return (path[: -model.steplen] for path in paths)


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
