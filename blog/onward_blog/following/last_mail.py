"""The last mail of a series: whoever followed nothing else is offered what comes next, once."""

from collections.abc import Iterable
from typing import Any

import swapper
from django.utils.translation import gettext as _

from onward_blog import mailing
from onward_blog.mixins import SeriesMixin


def closing_lines(page: Any, subscribers: Iterable[Any]) -> dict[int, str]:
    """Return {subscriber pk: sentence} for those who get the last mail of a series and follow nothing else.

    Nobody gets one from a series that goes on, nor from a part after which another one came out.
    """
    series = getattr(page, "series", None)
    if not isinstance(series, SeriesMixin) or series.ended_at is None or page.next_part is not None:
        return {}
    line = _line(series)
    return dict.fromkeys(mailing.only_followers(series, subscribers), line)


def _line(series: Any) -> str:
    names = {"series": series.title, "link": _("Choose what you get")}
    if (other := _series_to_follow(series)) is None:
        return (
            _(
                "This is the last mail about “%(series)s”: following it ends by itself. To get whatever comes next, "
                "use “%(link)s” below."
            )
            % names
        )
    return _(
        "This is the last mail about “%(series)s”: following it ends by itself. To get “%(other)s”, or whatever "
        "comes next, use “%(link)s” below."
    ) % {**names, "other": other.title}


def _series_to_follow(series: Any) -> Any | None:
    """Return the newest other series that is out and goes on, or None."""
    pages = swapper.load_model("wagtailcore", "Page").objects.live().public().exclude(pk=series.pk)
    others = (page.specific for page in pages.type(SeriesMixin).order_by("-first_published_at", "-pk")[:10])
    return next((page for page in others if page.ended_at is None), None)
