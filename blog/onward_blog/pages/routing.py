"""From an address to a page in one query instead of one or two for each level of the tree."""

from typing import Any

from django.db.models import Exists, JSONField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest
from wagtail.models import PageViewRestriction, Site

from onward_blog.models import RoundupUse, ShareCount

from .lists import ListOf
from .models import ArticlePage, ArticleTag, SeriesPage


def root_path_of(request: HttpRequest) -> str | None:
    """Return the ``url_path`` of the root page of the site that is read; None where there is no site.

    With a single site it comes from Wagtail's own cache, whatever the host of the request.
    """
    roots = Site.get_site_root_paths()
    if len(roots) == 1:
        return str(roots[0].root_path)
    site = Site.find_for_request(request)
    return str(site.root_page.url_path) if site else None


def find_series(url_path: str) -> SeriesPage | None:
    """Return the live series whose ``url_path`` this is, or None."""
    series: SeriesPage | None = _found(SeriesPage.objects.all(), url_path)
    return series


def find_article(url_path: str) -> ArticlePage | None:
    """Return the live article whose ``url_path`` this is, or None; it knows what it need not be asked about."""
    uses = RoundupUse.objects.filter(roundup__page=OuterRef("pk"), published_at__isnull=False)
    tags = ArticleTag.objects.filter(content_object=OuterRef("pk")).order_by().values("content_object")
    tag = JSONObject(place="pk", name="tag__name", slug="tag__slug")
    shares = ShareCount.objects.filter(page=OuterRef("pk")).order_by().values("page")
    clicks = shares.annotate(clicks=Sum("clicks")).values("clicks")
    known = {
        "is_taken_up": Exists(uses),
        "tags_found": Coalesce(
            Subquery(tags.annotate(found=ListOf(tag)).values("found")), Value([], JSONField())
        ),
        "share_clicks": Coalesce(Subquery(clicks), 0),
    }
    article: ArticlePage | None = _found(ArticlePage.objects.annotate(**known), url_path)
    return article


def _found(pages: Any, url_path: str) -> Any:
    return (
        pages.live()
        .select_related("author", "author__portrait", "content_type")
        .annotate(site_has_restrictions=Exists(PageViewRestriction.objects.all()))
        .filter(url_path=url_path)
        .first()
    )
