from django.db import models
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from onward_blog.mixins import ArticleMixin
from onward_blog.roundups.blocks import RoundupBlock, WeAskedBlock
from onward_polls.blocks import PollBlock


class BoxBlock(blocks.StructBlock):
    """A block of the host's own, with a text of its own inside."""

    inside = blocks.StreamBlock([("answers", RoundupBlock()), ("words", blocks.TextBlock())], required=False)


class ColumnPage(ArticleMixin, Page):
    """A page type of the host's own: other block names, a field that must be filled in, no series above it."""

    kicker = models.CharField(max_length=50)
    body = StreamField(
        [
            ("text", blocks.RichTextBlock()),
            ("vote", PollBlock()),
            ("readers_head", WeAskedBlock()),
            ("readers_said", RoundupBlock()),
            ("box", BoxBlock()),
        ],
        blank=True,
    )
    content_panels = [*Page.content_panels, FieldPanel("kicker"), FieldPanel("body")]


class BarePage(ArticleMixin, Page):
    """An article without a place for what readers said."""
