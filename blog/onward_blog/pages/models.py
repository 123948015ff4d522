"""The ready-made page types: a series, and the articles that are its parts."""

from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

from onward_blog.fields import BodyField
from onward_blog.mixins import ArticleMixin, PublicPageMixin, SeriesMixin
from onward_blog.roundups.queries import Taker, takers_of

from .blocks import article_body
from .family import as_family, family_of, own_restriction
from .next_part import answer_about_next
from .polls import polls_in


#: Blocks whose words count as reading; the others are answered, watched or passed over.
READ_BLOCKS = frozenset({"paragraph", "heading", "quote", "list", "code"})
#: Blocks that ask the reader to follow; a page shows one of them.
ASKING_BLOCKS = frozenset({"next_part", "subscribe"})
#: Addresses below a series that are not articles.
RESERVED_SLUGS = frozenset({"feed", "next"})


class SeriesPage(SeriesMixin, PublicPageMixin, Page):
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

    search_fields = [*Page.search_fields, index.SearchField("promise")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("promise"),
        FieldRowPanel([FieldPanel("author"), FieldPanel("planned_parts")]),
    ]
    page_description = _("A question followed over several articles. Its parts are the pages below it.")
    subpage_types = ["onward_blog_pages.ArticlePage"]
    template = "onward_blog/pages/series_page.html"
    #: The explorer shows parts in the order readers see them.
    admin_default_ordering = "ord"

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")

    @cached_property
    def _parts(self) -> "list[ArticlePage]":
        parts = ArticlePage.objects.child_of(self).select_related("author").defer("body").order_by("path")
        found = parts.annotate(has_own_restriction=own_restriction())
        for part in found:
            part.is_restricted = part.has_own_restriction
        return as_family(self, found)

    def parts(self) -> "list[ArticlePage]":
        """Return every part in order, drafts too, without their text. One query."""
        return self._parts

    def next_part_path(self) -> str:
        """Return the path of the page about the next part; "" for a series that is not right below the front page."""
        where = self.get_url_parts()
        try:
            path = reverse("onward_blog_pages:next_part", args=[self.slug])
        except NoReverseMatch:
            return ""
        return path if where and f"{where[2]}next/" == path else ""

    def serve(
        self, request: HttpRequest, *args: Any, about_next: bool = False, **kwargs: Any
    ) -> HttpResponse:
        """Answer with the series, or with the page about its next part."""
        if about_next:
            return answer_about_next(self, request)
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``series``, for the parts of the template that articles show too."""
        return {**super().get_context(request, *args, **kwargs), "series": self}


class ArticleTag(TaggedItemBase):
    """One tag on one article."""

    content_object = ParentalKey(
        "onward_blog_pages.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class ArticlePage(ArticleMixin, PublicPageMixin, Page):
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
    body = BodyField(article_body(), verbose_name=_("text"), blank=True)
    tags = ClusterTaggableManager(through=ArticleTag, blank=True, verbose_name=_("tags"))

    search_fields = [*Page.search_fields, index.SearchField("standfirst"), index.SearchField("body")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("standfirst", widget=forms.Textarea(attrs={"rows": 2})),
        FieldPanel("author"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("next_question"),
                FieldRowPanel([FieldPanel("next_expected"), FieldPanel("next_at_answers")]),
            ],
            heading=_("The next part"),
            help_text=_("Readers see the question under this article and can follow the series from there."),
        ),
    ]
    promote_panels = [*Page.promote_panels, FieldPanel("tags")]
    settings_panels = [*Page.settings_panels, FieldPanel("comments_enabled")]
    page_description = _("One part of a series, with its text, its polls and its discussion.")
    parent_page_types = ["onward_blog_pages.SeriesPage"]
    subpage_types: list[str] = []
    template = "onward_blog/pages/article_page.html"
    reserved_slugs = RESERVED_SLUGS

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    #: False when the query that found the article saw that there is nothing of the kind; None: not known.
    is_taken_up: bool | None = None
    #: The tags that came with the article, {"place", "name", "slug"} each; None: not known.
    tags_found: list[dict[str, Any]] | None = None

    @cached_property
    def _family(self) -> "tuple[SeriesPage | None, list[ArticlePage]]":
        return family_of(self)

    @cached_property
    def series(self) -> SeriesPage | None:
        """The series this article belongs to; with ``parts``, one query."""
        return self._family[0]

    @cached_property
    def parts(self) -> "list[ArticlePage]":
        """Every part in order, drafts too, without their text, this article among them as it is now."""
        return self._family[1]

    @property
    def description(self) -> str:
        """What search engines, feeds and shared links say about the article."""
        return self.search_description or self.standfirst

    @cached_property
    def first_image(self) -> Any | None:
        """The first image of the text, which shared links show."""
        return next((block.value["image"] for block in self.body if block.block_type == "image"), None)

    def clean(self) -> None:
        """Refuse an address that means something else below a series."""
        super().clean()
        if self.slug in self.reserved_slugs:
            raise ValidationError(
                {"slug": _("This address is the series’ feed, or its next part. Choose another.")}
            )

    def readable_text(self) -> str:
        """Return the words of the text that are read, without markup."""
        blocks = [block for block in self.body if block.block_type in READ_BLOCKS]
        return strip_tags(" ".join(str(block.block.get_prep_value(block.value)) for block in blocks))

    def text_asking_once(self) -> tuple[list[Any], bool]:
        """Return the blocks of the text with at most one that asks to follow, and whether there is one.

        Where the next part is announced, that asks; else the first box that the author put into the text.
        """
        asks = "next_part" if self.announces_next else "subscribe"
        first = next((block for block in self.body if block.block_type == asks), None)
        text = [block for block in self.body if block.block_type not in ASKING_BLOCKS or block is first]
        return text, first is not None

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the series, where this part was taken up, the ``text``, and whether it asks to follow already."""
        polls_in(self)
        text, text_asks = self.text_asking_once()
        return {
            **super().get_context(request, *args, **kwargs),
            "series": self.series,
            "takers": self._takers(),
            "tags": self._tag_list(),
            "text": text,
            "text_asks": text_asks,
        }

    def _tag_list(self) -> list[Any]:
        """Return the tags with ``name`` and ``slug``, in the order in which they were given."""
        if self.tags_found is None:
            return list(self.tags.all())
        return sorted(self.tags_found, key=lambda tag: tag["place"])

    def _takers(self) -> list[Taker]:
        """Return the parts that took up what readers answered here; two queries, or none."""
        if self.is_taken_up is False or self.pk is None:
            return []
        relatives = {part.pk: part for part in self.parts}
        takers = takers_of(self)
        for taker in takers:
            taker.page = relatives.get(taker.page.pk, taker.page)
        return [taker for taker in takers if not getattr(taker.page, "is_restricted", False)]
