"""From an address to a page in one query instead of one or two for each level of the tree."""

from collections.abc import Sequence

from django.db.models import Exists
from wagtail.models import Page, PageViewRestriction

from .models import ArticlePage, SeriesPage


#: How deep below the front page a page of this type stands.
LEVELS = {1: SeriesPage, 2: ArticlePage}


def find_page(home: Page, components: Sequence[str]) -> SeriesPage | ArticlePage | None:
    """Return the live series or article at ``/<series>/`` or ``/<series>/<article>/`` below a front page, or None.

    None means only that the short way found nothing: ask Wagtail's own routing then.
    """
    model = LEVELS.get(len(components))
    if model is None:
        return None
    pages = model.objects.live().select_related("author", "author__portrait", "content_type")
    return (
        pages.annotate(site_has_restrictions=Exists(PageViewRestriction.objects.all()))
        .filter(url_path=f"{home.url_path}{'/'.join(components)}/")
        .first()
    )
