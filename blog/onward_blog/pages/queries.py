"""Which articles and series readers may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .models import ArticlePage, SeriesPage


if TYPE_CHECKING:
    from wagtail.query import PageQuerySet


def public_articles() -> PageQuerySet[ArticlePage]:
    """Return the articles any reader may open, the newest first, with their authors and without their text."""
    articles = ArticlePage.objects.live().public().select_related("author").defer("body")
    return articles.order_by("-first_published_at", "-pk")


def public_series() -> PageQuerySet[SeriesPage]:
    """Return the series any reader may open, in the order of the tree."""
    return SeriesPage.objects.live().public().order_by("path")


def with_series(articles: PageQuerySet[ArticlePage]) -> list[ArticlePage]:
    """Return the articles, each knowing its series and the other parts. One query more, and one for each series."""
    found = list(articles)
    parent_paths = {article.path[: -article.steplen] for article in found}
    family = {
        part.pk: part
        for series in SeriesPage.objects.filter(path__in=parent_paths)
        for part in series.parts()
    }
    return [family.get(article.pk, article) for article in found]
