"""The addresses of every screen about one poll, for the viewset."""

from django.urls import URLPattern

from .board import board_urls
from .export import export_urls
from .flags import flag_urls
from .inspect import inspect_urls
from .permission import permission_urls
from .promote import promote_urls
from .proposals import proposal_urls
from .themes import theme_urls


def screen_urls() -> list[URLPattern]:
    """Return the addresses of numbers, board, themes, proposals, permission, promotion, export and fairness."""
    return [
        *inspect_urls(),
        *board_urls(),
        *theme_urls(),
        *proposal_urls(),
        *permission_urls(),
        *promote_urls(),
        *export_urls(),
        *flag_urls(),
    ]
