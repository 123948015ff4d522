"""What follows when a series or an article is begun, published, moved or taken away."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page
from wagtail.signals import init_new_page, page_published, page_slug_changed, page_unpublished, post_page_move

from onward_blog import versions
from onward_blog.models import ResponseFold

from .models import ArticlePage, SeriesPage
from .next_part import renew_after_fold


def connect() -> None:
    """Connect each signal once."""
    for model in (SeriesPage, ArticlePage):
        for signal in (page_published, page_unpublished, page_slug_changed, post_page_move, post_delete):
            signal.connect(
                bump_relatives, sender=model, dispatch_uid=f"onward_blog_pages_{model.__name__}_{id(signal)}"
            )
    post_save.connect(renew_after_fold, sender=ResponseFold, dispatch_uid="onward_blog_pages_next_part")
    init_new_page.connect(start_with_author_of_series, dispatch_uid="onward_blog_pages_author")


def bump_relatives(sender: Any, instance: Page, **kwargs: Any) -> None:
    """Start a new version of every page that lists this one: its series and the parts, and those above."""
    top = instance if isinstance(instance, SeriesPage) else instance.get_parent()
    if top is None:
        return
    relatives = [*top.get_ancestors(inclusive=True).values_list("pk", flat=True)]
    relatives += top.get_children().values_list("pk", flat=True)
    transaction.on_commit(lambda: versions.bump_all({*relatives, instance.pk}))


def start_with_author_of_series(sender: Any, page: Page, parent: Page, **kwargs: Any) -> None:
    """Give a new article the author of its series."""
    series = parent.specific
    if isinstance(page, ArticlePage) and isinstance(series, SeriesPage):
        page.author = series.author
