"""The front page of the site."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from onward_blog.mixins import PublicPageMixin
from onward_blog.pages.queries import public_series


class HomePage(PublicPageMixin, Page):
    """The front page: who writes here, and what there is to read."""

    introduction = models.TextField(
        _("introduction"),
        max_length=600,
        blank=True,
        help_text=_("Two sentences on who writes here and for whom."),
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["onward_blog_pages.SeriesPage"]
    template = "onward_home/home_page.html"

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add every series as ``all_series``, and the newest article of all as ``lead``."""
        all_series = list(public_series().child_of(self))
        articles = [part for series in all_series for part in series.live_parts()]
        return {
            **super().get_context(request, *args, **kwargs),
            "all_series": all_series,
            "lead": max(articles, key=lambda part: part.first_published_at, default=None),
        }
