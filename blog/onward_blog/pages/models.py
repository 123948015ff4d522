"""The ready-made page types: a series, and the articles that are its parts."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.models import Page

from onward_blog.fields import BodyField
from onward_blog.mixins import ArticleMixin, SeriesMixin

from .blocks import ArticleBody


class SeriesPage(SeriesMixin, Page):
    """A series: what it promises its readers, and its parts below it in the tree."""

    promise = models.TextField(
        _("promise"),
        max_length=600,
        blank=True,
        help_text=_("What a reader gets from following this series, in one or two sentences."),
    )
    author = models.ForeignKey(
        "onward_blog.Author",
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="series",
    )

    subpage_types = ["onward_blog_pages.ArticlePage"]
    template = "onward_blog/pages/series_page.html"

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")


class ArticleTag(TaggedItemBase):
    """One tag on one article."""

    content_object = ParentalKey(
        "onward_blog_pages.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class ArticlePage(ArticleMixin, Page):
    """One part of a series."""

    standfirst = models.TextField(
        _("standfirst"),
        max_length=400,
        blank=True,
        help_text=_("The sentence under the title. Search engines, feeds and shared links show it too."),
    )
    author = models.ForeignKey(
        "onward_blog.Author",
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
    )
    body = BodyField(ArticleBody, verbose_name=_("text"), blank=True)
    tags = ClusterTaggableManager(through=ArticleTag, blank=True, verbose_name=_("tags"))

    parent_page_types = ["onward_blog_pages.SeriesPage"]
    subpage_types: list[str] = []
    template = "onward_blog/pages/article_page.html"

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
