"""Ending a series: no further part, a last one that sums up, and no follower left waiting."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import swapper
from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from onward_blog import mailing, versions
from onward_blog.mixins import SeriesMixin

from .closing_part import page_type_for
from .summing_up import ask_to_sum_up, forget_summing_up, is_small, is_waited_for, sum_up


#: How long followers of a series that has ended are kept for a last mail that nobody sends.
WAITS_FOR_MAIL = timedelta(days=30)


class EndingError(Exception):
    """The series cannot be ended, or not be opened again; the message is a sentence for the author."""


class NotAllowed(EndingError):
    def __init__(self) -> None:
        super().__init__(_("You may not publish this series. Ask someone who may."))


class FollowingIsOver(EndingError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Its followers have had their last mail, so this series stays as it is. Begin a new one instead."
            )
        )


def may_end(series: Any, user: Any) -> bool:
    """Return whether the user may end the series, and open it again."""
    return bool(series.permissions_for_user(user).can_publish())


def end_series(series: Any, *, user: Any, with_closing_part: bool = True) -> Any | None:
    """End a series, and return the draft that sums it up; None without one, or as long as a worker is at it.

    From now on nobody can follow it, and no next part is announced. The draft holds the roundups of all parts, frozen
    one after the other; it is edited, published and mailed as any part. Nothing is published and nobody is mailed here.
    Its followers are let go once they have had the last mail; see ``settle_following``. Ending a series again changes
    nothing and returns the draft there is. Raises NotAllowed.
    """
    if not may_end(series, user):
        raise NotAllowed
    with transaction.atomic():
        pages = type(series).objects
        held = pages.select_for_update().filter(pk=series.pk).values_list("ended_at", flat=True).get()
        if held is None:
            series.ended_at = timezone.now()
            pages.filter(pk=series.pk).update(ended_at=series.ended_at)
            if with_closing_part and page_type_for(series) is not None:
                ask_to_sum_up(series, user=user)
            log(series, "onward_blog.series_ended", user=user)
            _renew(series)
        else:
            series.ended_at = held
    if held is None and with_closing_part and is_small(series):
        sum_up(series)
    settle_following(series)
    return closing_draft(series)


def reopen_series(series: Any, *, user: Any) -> bool:
    """Let a series go on after all; return whether it had ended. Drafts stay as they are.

    Raises NotAllowed, and FollowingIsOver once its followers have been let go.
    """
    if not may_end(series, user):
        raise NotAllowed
    with transaction.atomic():
        pages = type(series).objects
        held = pages.select_for_update().filter(pk=series.pk).values_list("ended_at", flat=True).get()
        if held is None:
            return False
        if mailing.following_is_over(series):
            raise FollowingIsOver
        pages.filter(pk=series.pk).update(ended_at=None)
        forget_summing_up(series)
        log(series, "onward_blog.series_reopened", user=user)
        _renew(series)
    series.ended_at = None
    return True


def closing_draft(series: Any) -> Any | None:
    """Return the first part after those that are out which was never published, or None.

    It may still be mailed to those who follow the series.
    """
    last = series.get_children().live().order_by("path").last()
    drafts = series.get_children().filter(live=False, first_published_at=None)
    draft = (drafts.filter(path__gt=last.path) if last else drafts).order_by("path").first()
    return draft.specific if draft else None


def settle_following(series: Any) -> int:
    """Let the followers of a series that has ended go, once they have had their last mail; return how many.

    That is the issue of its last part, and as long as there is a draft, that one's. Where nothing is mailed for
    30 days they are let go without. Safe to call at any time, and again.
    """
    if series.ended_at is None or not mailing.is_followed(series):
        return 0
    # Its row goes in the transaction that begins the draft, so it is looked for first.
    if is_waited_for(series) or closing_draft(series) is not None:
        return 0
    last = series.get_children().live().order_by("path").last()
    since = max(filter(None, (series.ended_at, last.first_published_at if last else None)))
    if last is not None and not mailing.is_through(last) and timezone.now() - since < WAITS_FOR_MAIL:
        return 0
    return mailing.end_following(series)


def settle_all() -> int:
    """Do the same for every series that has ended; return how many followers were let go.

    The aggregation calls it, so that a worker that died after the last mail leaves nobody following for ever.
    """
    return sum(settle_following(series) for series in ended_series())


def settle_after_mail(page: Any) -> None:
    """Let followers go when the issue of this page was the last one of its series."""
    if series := getattr(page, "series", None):
        settle_following(series)


def ended_series() -> Iterator[Any]:
    """Yield every series that has ended and is still followed, each as its own page type."""
    keys = mailing.followed_keys("series:")
    numbers = [int(key.removeprefix("series:")) for key in keys if key.removeprefix("series:").isdecimal()]
    for model in series_models() if numbers else ():
        yield from model.objects.filter(pk__in=numbers, ended_at__isnull=False).order_by("pk")


def series_models() -> list[Any]:
    """Return every concrete page type that is a series, the project's own too."""
    return [model for model in apps.get_models() if issubclass(model, SeriesMixin)]


def _renew(series: Any) -> None:
    """Start a new version of all that says whether the series goes on: itself, its parts, and the pages above."""
    page = swapper.load_model("wagtailcore", "Page").objects.get(pk=series.pk)
    shown = {*page.get_ancestors(inclusive=True).values_list("pk", flat=True)}
    shown |= {*page.get_children().values_list("pk", flat=True)}
    transaction.on_commit(partial(versions.bump_all, shown))
