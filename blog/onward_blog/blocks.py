"""Blocks that any StreamField can use; those that need polls are in ``onward_blog.pages.blocks``."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


#: What a paragraph may hold. No headings: they are blocks, so that they can be found and linked.
PARAGRAPH_FEATURES = ["bold", "italic", "link", "document-link", "superscript", "subscript"]


class ParagraphBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{"features": PARAGRAPH_FEATURES, **kwargs})

    class Meta:
        icon = "pilcrow"
        label = _("Paragraph")
