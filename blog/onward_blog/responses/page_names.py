"""What the pages that readers answered on are called, with their place in a series."""

from collections.abc import Iterable
from typing import Any

import swapper

from onward_blog.links import absolute
from onward_blog.mixins import ArticleMixin


def name_pages(page_refs: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return {page id: {"series", "part", "url", "title"}} of the articles among these pages.

    ``part`` is the number of the part, or None outside a series, where ``series`` is empty.
    """
    pages = swapper.load_model("wagtailcore", "Page").objects.filter(pk__in=list(page_refs)).specific()
    return {page.pk: _name(page) for page in pages if isinstance(page, ArticleMixin)}


def _name(article: Any) -> dict[str, Any]:
    url = article.get_url()
    return {
        "series": article.series.title if article.series else "",
        "part": article.part_number if article.series else None,
        "url": absolute(url) if url else "",
        "title": article.title,
    }
