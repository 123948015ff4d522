"""What whoever has just subscribed may want to catch up on: the parts of their series, or the latest articles."""

from typing import Any

import swapper
from django.template.loader import render_to_string

from .links import absolute
from .mixins import ArticleMixin, SeriesMixin


#: Articles named in the welcome to everything.
LATEST = 5


def welcome_content(subscription: Any) -> Any | None:
    """Return the IssueContent that the welcome mail of a subscription ends with; None when nothing is out yet.

    Only what any reader may open is named: no draft, and nothing behind a password.
    """
    from onward_newsletter.rendering import IssueContent

    series = series_of(subscription.topic)
    if subscription.topic is not None and series is None:
        return None
    articles = parts_of(series) if series else _latest()
    if not articles:
        return None
    lines = [
        {
            "title": article.title,
            "address": absolute(article.get_absolute_url()),
            "number": article.part_number if series else None,
            "standfirst": getattr(article, "standfirst", ""),
        }
        for article in articles
    ]
    context = {"series": series, "articles": lines, **_announced(series)}
    return IssueContent(render_to_string("onward_blog/mail/welcome.html", context))


def _announced(series: Any | None) -> dict[str, Any]:
    """Return the announcing part and the full address of the page about the next one, where there is one."""
    announcer = series.announced_next() if series else None
    path = series.next_part_path() if series and announcer else ""
    return {"announcer": announcer, "next_address": absolute(path) if path else ""}


def _public_pages() -> Any:
    return swapper.load_model("wagtailcore", "Page").objects.live().public()


def series_of(topic: Any | None) -> Any | None:
    """Return the series a topic stands for, as far as readers may see it."""
    kind, _colon, pk = (topic.key if topic else "").partition(":")
    page = _public_pages().filter(pk=pk).first() if kind == "series" and pk.isdecimal() else None
    return page.specific if page and isinstance(page.specific, SeriesMixin) else None


def running_series() -> Any | None:
    """Return the series that the newest article belongs to, unless it has ended or readers may not see it."""
    newest = next(iter(_latest()), None)
    series = newest.series if newest else None
    if series is None or series.ended_at or not _public_pages().filter(pk=series.pk).exists():
        return None
    return series


def parts_of(series: Any) -> list[Any]:
    """Return the parts of a series that any reader may open, in order."""
    return list(_public_pages().child_of(series).type(ArticleMixin).order_by("path").specific())


def _latest() -> list[Any]:
    articles = _public_pages().type(ArticleMixin).order_by("-first_published_at", "-pk")
    return list(articles[:LATEST].specific())
