"""Summing up a series that has ended: part after part is frozen, then the draft of the last part is begun.

A part with many sentences takes a second, so a small series is done at once and a large one by a worker. The row is the
queue; one worker at a time has it, for a while that each frozen part makes longer. Whoever is stopped is followed by
one that goes on with the next part, and whoever comes back late finds that the row is not theirs any more.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from onward_blog.mixins import ArticleMixin
from onward_blog.models import ResponseFold, Roundup, SummingUp
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.reading import Reading

from .closing_part import begin_closing_part


logger = logging.getLogger(__name__)

#: How long freezing one part may take before somebody else is let at it.
LEASE = timedelta(minutes=5)
#: A series with no more than this is summed up while its author waits; see ``docs/how-to/ending-a-series.md``.
AT_ONCE = {"answers": 20_000, "sentences": 300}


@dataclass(frozen=True)
class Progress:
    """How far a series is: parts frozen, parts in all, and whether whoever was at it has stopped."""

    done: int
    total: int
    has_stopped: bool


def ask_to_sum_up(series: Any, *, user: Any) -> None:
    """Note that the last part of a series is to be begun. To be called in the transaction that ends it."""
    SummingUp.objects.get_or_create(page_id=series.pk, defaults={"asked_by": user})


def is_waited_for(series: Any) -> bool:
    """Return whether the last part of a series is asked for and not begun yet."""
    return SummingUp.objects.filter(page=series.pk).exists()


def forget_summing_up(series: Any) -> None:
    """Take it back: the series goes on. Whoever is at it finds out before the draft is begun."""
    SummingUp.objects.filter(page=series.pk).delete()


def progress_of(series: Any) -> Progress | None:
    """Return how far it is, or None where nothing is waited for."""
    work = SummingUp.objects.filter(page=series.pk).first()
    if work is None:
        return None
    parts = {str(part.pk) for part in _parts(series)}
    has_stopped = work.taken_until is not None and work.taken_until < timezone.now()
    return Progress(len(parts & work.frozen.keys()), len(parts), has_stopped)


def is_small(series: Any) -> bool:
    """Return whether a request can do it, by what the last folds of the parts say."""
    folds = ResponseFold.objects.filter(page__in=[part.pk for part in _parts(series)])
    weights = [_weight(data) for data in folds.values_list("data", flat=True)]
    return all(sum(weight[name] for weight in weights) <= most for name, most in AT_ONCE.items())


def sum_up(series: Any) -> bool:
    """Freeze what readers said about each part that is out, and begin the draft; return whether this call did.

    Where nobody has answered since a part was last frozen, that is the roundup which is published already.
    """
    work = _take(series)
    if work is None:
        return False
    parts = _parts(series)
    for part in parts:
        if str(part.pk) in work.frozen:
            continue
        roundup = compile_roundup(part)
        work.frozen[str(part.pk)] = None if Reading(roundup.data).is_empty else roundup.pk
        if not _keep(work):
            return False
    return _begin(series, work, [work.frozen[str(part.pk)] for part in parts])


def sum_up_waiting() -> int:
    """Do so for every series that waits; return for how many. Safe to run any number of times at once.

    What goes wrong with one is in the log and keeps no other one waiting; it is tried again after LEASE.
    """
    done = 0
    for work in SummingUp.objects.select_related("page").order_by("pk"):
        try:
            done += sum_up(work.page.specific)
        except Exception:
            logger.exception("blog.series_not_summed_up", extra={"series": work.page_id})
    return done


def _parts(series: Any) -> list[Any]:
    return [part for part in series.live_parts() if isinstance(part, ArticleMixin)]


def _weight(data: Mapping[str, Any]) -> dict[str, int]:
    polls, comments = data.get("polls", {}), data.get("comments", {})
    sentences = polls.get("facts", {}).get("words", 0) + comments.get("total", 0)
    return {"answers": polls.get("total", 0), "sentences": sentences}


def _take(series: Any) -> SummingUp | None:
    now = timezone.now()
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    if not SummingUp.objects.filter(free, page=series.pk).update(taken_until=now + LEASE):
        return None
    return SummingUp.objects.filter(page=series.pk, taken_until=now + LEASE).first()


def _keep(work: SummingUp) -> bool:
    """Write down how far it is, and take some more time; return False when it is somebody else's by now."""
    until = timezone.now() + LEASE
    mine = SummingUp.objects.filter(pk=work.pk, taken_until=work.taken_until)
    if not mine.update(frozen=work.frozen, taken_until=until):
        return False
    work.taken_until = until
    return True


def _begin(series: Any, work: SummingUp, frozen: list[int | None]) -> bool:
    with transaction.atomic():
        list(type(series).objects.select_for_update().filter(pk=series.pk).values_list("pk"))
        if not SummingUp.objects.filter(pk=work.pk, taken_until=work.taken_until).delete()[0]:
            return False
        rows = Roundup.objects.in_bulk([pk for pk in frozen if pk])
        begin_closing_part(series, [rows[pk] for pk in frozen if pk in rows], user=work.asked_by)
    return True
