"""A series and its parts, read together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from wagtail.models import Page, PageViewRestriction


if TYPE_CHECKING:
    from .models import ArticlePage, SeriesPage


def family_of(article: ArticlePage) -> tuple[SeriesPage | None, list[ArticlePage]]:
    """Return the series of an article and all its parts in order, the article among them. One query.

    The texts of the other parts are not read.
    """
    parent_path = article.path[: -article.steplen]
    relatives = (
        Page.objects.filter(Q(path=parent_path) | Q(path__startswith=parent_path, depth=article.depth))
        .select_related("seriespage", "articlepage")
        .defer("articlepage__body")
        .annotate(has_own_restriction=own_restriction())
    )
    series, parts = None, [article]
    for page in relatives:
        if page.path == parent_path:
            series = getattr(page, "seriespage", None)
        elif page.pk != article.pk and hasattr(page, "articlepage"):
            page.articlepage.is_restricted = page.has_own_restriction
            parts.append(page.articlepage)
    return series, as_family(series, sorted(parts, key=lambda part: part.path))


def own_restriction() -> Exists:
    """Return the expression that is true for a page with a view restriction of its own."""
    return Exists(PageViewRestriction.objects.filter(page=OuterRef("pk")))


def as_family(series: Any, parts: Iterable[ArticlePage]) -> list[ArticlePage]:
    """Tell each part of its series and of the others, and the series of its parts, so that asking costs no query."""
    family = list(parts)
    for part in family:
        part.__dict__["_family"] = (series, family)
    if series is not None:
        series.__dict__["_parts"] = family
    return family
