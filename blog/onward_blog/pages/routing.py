"""From an address to a page in one query instead of one or two for each level of the tree."""

from typing import Any

from django.db.models import Exists, OuterRef
from wagtail.models import PageViewRestriction

from onward_blog.models import RoundupUse

from .models import ArticlePage, ArticleTag, SeriesPage


def find_series(url_path: str) -> SeriesPage | None:
    """Return the live series whose ``url_path`` this is, or None."""
    return _found(SeriesPage.objects.all(), url_path)


def find_article(url_path: str) -> ArticlePage | None:
    """Return the live article whose ``url_path`` this is, or None; it knows what it need not be asked about."""
    uses = RoundupUse.objects.filter(roundup__page=OuterRef("pk"), published_at__isnull=False)
    articles = ArticlePage.objects.annotate(
        is_taken_up=Exists(uses), is_tagged=Exists(ArticleTag.objects.filter(content_object=OuterRef("pk")))
    )
    return _found(articles, url_path)


def _found(pages: Any, url_path: str) -> Any:
    return (
        pages.live()
        .select_related("author", "author__portrait", "content_type")
        .annotate(site_has_restrictions=Exists(PageViewRestriction.objects.all()))
        .filter(url_path=url_path)
        .first()
    )
