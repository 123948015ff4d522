"""What came in, per series and article, and what waits for the author; the numbers of the last fold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import swapper
from django.db.models import Count, Max, Q
from django.utils import timezone

from onward_blog import mailing
from onward_blog.comments.access import states_for
from onward_blog.following.promises import Overdue, overdue_parts
from onward_blog.mixins import SeriesMixin
from onward_blog.models import AuthorDesk, CommentState, ReaderQuestion, RoundupQuote, RoundupUse
from onward_blog.questions.access import questions_for
from onward_blog.responses.folding import article_models

from .numbers import News, read_folds, read_news, read_totals, shown
from .places import Place, editable


#: How many articles the home panel shows, the newest first; the dashboard shows them all.
MOST = 12
#: How long the desk reminds of a quote that its reader took back, and of readers not told.
REMIND = timedelta(days=14)
#: The columns of the desk, in their order.
COLUMNS = ("answers", "words", "comments", "shares", "arrivals")


@dataclass
class Row:
    """One article on the desk: totals, and what is new, by column."""

    page: Any
    totals: dict[str, int]
    new: dict[str, int]
    series: Any | None = None
    #: Whether no part of the series has come after this one.
    may_write_on: bool = False
    #: Whether the series has as many parts as were planned, and announces no other.
    is_last: bool = False
    #: The page id of the next part that was never published, or None.
    draft: int | None = None

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Each total as it is read, and what of it is new, or ""."""
        pairs = [(self.totals.get(column, 0), self.new.get(column, 0)) for column in COLUMNS]
        return [(shown(total), f"+{shown(new)}" if new else "") for total, new in pairs]


@dataclass
class Shelf:
    """One series with its articles, in their order; ``series`` is None for articles outside a series."""

    series: Any | None
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """Everything the home panel shows."""

    shelves: list[Shelf]
    news: News
    #: How many comments, and how many questions from readers, are held, and the number of the newest, or None.
    held: int
    last_held: int | None
    asked: int
    last_asked: int | None
    overdue: list[Overdue]
    subscribers: tuple[int, int] | None
    untold: list[RoundupUse]
    taken_back: list[RoundupQuote]
    unmailed: list[Any]

    @property
    def rows(self) -> list[Row]:
        return [row for shelf in self.shelves for row in shelf.rows]

    @property
    def ready(self) -> list[Row]:
        """The rows whose next part can be written: somebody answered, none came after, and it is not the last planned.

        A part that is overdue is spoken of as such, and not here.
        """
        overdue = {part.announcer.pk for part in self.overdue}
        open_rows = (row for row in self.rows if row.may_write_on and not row.is_last)
        open_rows = (row for row in open_rows if row.page.pk not in overdue)
        return [row for row in open_rows if row.totals.get("answers", 0)]


def look_at_desk(user: Any) -> Desk:
    """Return the desk of a user: the newest live articles that the user may edit."""
    now = timezone.now()
    articles = _articles(user)
    ids = [page.pk for page in articles]
    totals = read_totals([Place(None, articles)], read_folds(ids))
    news = read_news(AuthorDesk.objects.filter(user=user).first(), totals, now)
    rows = [Row(page, totals[page.pk], dict(news.numbers.get(page.pk, {}))) for page in articles]
    _place(rows)
    held = states_for(user).filter(state=CommentState.State.HELD).aggregate(n=Count("pk"), last=Max("pk"))
    questions = questions_for(user).filter(state=ReaderQuestion.State.HELD)
    asked = questions.aggregate(n=Count("pk"), last=Max("pk"))
    return Desk(
        shelves=_shelves(rows),
        news=news,
        held=held["n"],
        last_held=held["last"],
        asked=asked["n"],
        last_asked=asked["last"],
        overdue=overdue_parts(user, now),
        subscribers=mailing.subscriber_count(since=news.since),
        untold=_untold(ids, now),
        taken_back=_taken_back(ids, now),
        unmailed=_unmailed(articles, now),
    )


def _articles(user: Any) -> list[Any]:
    found: list[Any] = []
    mine = editable(user).order_by().values("pk")
    for model in article_models():
        articles = model.objects.live().filter(pk__in=mine)
        found += articles.order_by("-first_published_at", "-pk")[:MOST]
    return sorted(found, key=_published, reverse=True)[:MOST]


def _published(page: Any) -> tuple[bool, datetime, int]:
    moment = page.first_published_at
    return moment is not None, moment or timezone.now(), page.pk


def _place(rows: Iterable[Row]) -> None:
    """Tell each row its series, whether a part has come after it, and its draft; three queries for all rows."""
    pages = swapper.load_model("wagtailcore", "Page").objects
    parents = {row.page.path[: -row.page.steplen] for row in rows}
    series = {
        page.path: page for page in pages.filter(path__in=parents).specific() if isinstance(page, SeriesMixin)
    }
    below = Q()
    for page in series.values():
        below |= Q(path__startswith=page.path, depth=page.depth + 1)
    unpublished = Q(live=False, first_published_at=None)
    parts = list(pages.filter(below).filter(Q(live=True) | unpublished).order_by("path")) if series else []
    for row in rows:
        above = row.page.path[: -row.page.steplen]
        later = [part for part in parts if part.path > row.page.path and part.path.startswith(above)]
        row.series = series.get(above)
        row.may_write_on = row.series is not None and not any(part.live for part in later)
        drafts = (part.pk for part in later if part.content_type_id == row.page.content_type_id)
        row.draft = next(drafts, None) if row.may_write_on else None
        number = sum(part.live for part in parts if part.path.startswith(above)) if row.series else 0
        planned = (row.series.planned_parts or 0) if row.series else 0
        row.is_last = 0 < planned <= number and not row.draft and not getattr(row.page, "next_question", "")


def _shelves(rows: Iterable[Row]) -> list[Shelf]:
    shelves: dict[int | None, Shelf] = {}
    for row in rows:
        key = row.series.pk if row.series else None
        shelves.setdefault(key, Shelf(row.series)).rows.append(row)
    for shelf in shelves.values():
        shelf.rows.sort(key=lambda row: row.page.path)
    return list(shelves.values())


def _untold(pages: list[int], now: datetime) -> list[RoundupUse]:
    """Return the uses in these pages whose readers were not told yet, one for each page."""
    uses = RoundupUse.objects.filter(page__in=pages, told_at=None, published_at__gte=now - REMIND)
    uses = uses.exclude(page__in=RoundupUse.objects.filter(told_at__isnull=False).values("page"))
    return list({use.page_id: use for use in uses.select_related("page").order_by("pk")}.values())


def _taken_back(pages: list[int], now: datetime) -> list[RoundupQuote]:
    """Return the quotes in these pages whose readers took them back lately."""
    lately = Q(withdrawn_at__gte=now - REMIND, uses__page__in=pages, uses__published_at__isnull=False)
    return list(RoundupQuote.objects.filter(lately).distinct().prefetch_related("uses__page").order_by("-pk"))


def _unmailed(articles: Sequence[Any], now: datetime) -> list[Any]:
    """Return the articles of the last two weeks that have no issue, where there is a newsletter to mail them."""
    if not mailing.can_mail():
        return []
    newest = [p for p in articles if p.first_published_at and p.first_published_at >= now - REMIND]
    mailed = mailing.pages_with_issue([page.pk for page in newest])
    return [page for page in newest if page.pk not in mailed]
