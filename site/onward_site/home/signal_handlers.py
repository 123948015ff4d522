"""Which signals change the header of every page."""

from django.db.models.signals import post_delete
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from onward_blog.pages.models import SeriesPage

from .navigation import forget


def connect() -> None:
    """Connect each signal once."""
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(forget, sender=SeriesPage, dispatch_uid=f"onward_home_navigation_{id(signal)}")
    post_delete.connect(forget, sender=SeriesPage, dispatch_uid="onward_home_navigation_deleted")
