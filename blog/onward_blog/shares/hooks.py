"""What shares add to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from .components import share_count


@hooks.register("onward_reader_fragments")
def reader_fragments(request: HttpRequest, page: Any, csrf: bool) -> dict[str, str]:
    """Return how often the page was passed on, as of now; the article says it as of its last making."""
    return {f"share-{page.pk}": share_count(page)}
