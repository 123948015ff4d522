"""Blocks that any StreamField can use; those that need polls are in ``onward_blog.pages.blocks``."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from .embeds import frame_for


#: What a paragraph may hold. No headings: they are blocks, so that they can be found and linked.
PARAGRAPH_FEATURES = ["bold", "italic", "link", "document-link", "superscript", "subscript"]


class ParagraphBlock(blocks.RichTextBlock):
    """Running text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"features": PARAGRAPH_FEATURES, **kwargs})

    class Meta:
        icon = "pilcrow"
        label = _("Paragraph")
        template = "onward_blog/blocks/paragraph.html"
        group = _("Text")


class HeadingBlock(blocks.CharBlock):
    """A heading inside an article, with an address of its own."""

    def get_context(self, value: str, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return {**context, "anchor": slugify(value)}

    class Meta:
        icon = "h2"
        label = _("Heading")
        template = "onward_blog/blocks/heading.html"
        group = _("Text")


class PictureBlock(blocks.StructBlock):
    """An image with its alternative text, and a caption if there is more to say."""

    image = ImageBlock()
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=300)
    wide = blocks.BooleanBlock(label=_("Wider than the text"), required=False)

    class Meta:
        icon = "image"
        label = _("Image")
        template = "onward_blog/blocks/picture.html"
        group = _("Text")


class QuoteBlock(blocks.StructBlock):
    """Somebody's words."""

    quote = blocks.TextBlock(label=_("Quote"), rows=3)
    source = blocks.CharBlock(label=_("Who said it"), required=False, max_length=200)

    def get_context(self, value: Any, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Add ``words``: the quote without quotation marks of its own, since the page sets those of its language."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return {**context, "words": value["quote"].strip().strip("\"'“”„‘’«»")}

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "onward_blog/blocks/quote.html"
        group = _("Text")


class ListOfLinesBlock(blocks.StructBlock):
    """A list, with bullets or numbers."""

    numbered = blocks.BooleanBlock(label=_("Numbered"), required=False)
    items = blocks.ListBlock(blocks.RichTextBlock(label=_("Line"), features=["bold", "italic", "link"]))

    class Meta:
        icon = "list-ul"
        label = _("List")
        template = "onward_blog/blocks/list.html"
        group = _("Text")


class CodeBlock(blocks.StructBlock):
    """Lines of code, shown as they are written."""

    language = blocks.CharBlock(label=_("Language"), required=False, max_length=30)
    code = blocks.TextBlock(label=_("Code"), rows=6)

    class Meta:
        icon = "code"
        label = _("Code")
        template = "onward_blog/blocks/code.html"
        group = _("Text")


class EmbedBlock(blocks.StructBlock):
    """A film from elsewhere, which is asked for only when the reader says so."""

    url = blocks.URLBlock(label=_("Address of the film"), help_text=_("A page of YouTube or Vimeo."))
    title = blocks.CharBlock(
        label=_("Title"), max_length=200, help_text=_("Shown before the reader decides to load the film.")
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=300)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if frame_for(cleaned["url"]) is None:
            message = _("Films can be shown from YouTube and Vimeo. Link to others in a paragraph.")
            raise blocks.StructBlockValidationError({"url": ValidationError(message)})
        return cleaned

    def get_context(self, value: Any, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return {**context, "frame": frame_for(value["url"])}

    class Meta:
        icon = "media"
        label = _("Film")
        template = "onward_blog/blocks/embed.html"
        group = _("Text")


class NextPartBlock(blocks.StructBlock):
    """Announces the next part in the middle of the text; the question and the date are fields of the article."""

    note = blocks.TextBlock(
        label=_("What you will write about"),
        required=False,
        rows=2,
        help_text=_("The question and the date come from “The next part” below the text."),
    )

    class Meta:
        icon = "arrow-right"
        label = _("The next part")
        template = "onward_blog/blocks/next_part.html"
        group = _("Readers")


class SubscribeBlock(blocks.StaticBlock):
    """The box to follow the series, or everything. Without it, the box stands at the end of the article."""

    class Meta:
        icon = "mail"
        label = _("Subscribe")
        admin_text = _("The box to follow this series, or everything.")
        template = "onward_blog/blocks/subscribe.html"
        group = _("Readers")


class AuthorBlock(blocks.StructBlock):
    """About the author."""

    author = SnippetChooserBlock(
        "onward_blog.Author", required=False, help_text=_("Empty: the author of the article.")
    )

    def get_context(self, value: Any, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Add ``author``: the one chosen, or the page's where there is a page that has one."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return {**context, "author": value.get("author") or getattr(context.get("page"), "author", None)}

    class Meta:
        icon = "user"
        label = _("About the author")
        template = "onward_blog/blocks/author.html"
        group = _("Text")


class PassageBlock(blocks.StreamBlock):
    """Text that belongs into one place only, made of the ordinary blocks."""

    paragraph = ParagraphBlock()
    heading = HeadingBlock()
    image = PictureBlock()
    quote = QuoteBlock()
    list = ListOfLinesBlock()
    code = CodeBlock()


class OnlyOnTheSiteBlock(PassageBlock):
    """Text that the mail leaves out."""

    class Meta:
        icon = "site"
        label = _("Only on the website")
        help_text = _("Readers of the mail do not get this.")
        template = "onward_blog/blocks/passage.html"
        group = _("Website or mail")


class OnlyInTheMailBlock(PassageBlock):
    """Text that the page and its feeds leave out, and the site's search with them."""

    def get_searchable_content(self, value: Any) -> list[str]:
        """Return nothing: whoever found the page by these words would not find them on it."""
        return []

    def render(self, value: Any, context: Mapping[str, Any] | None = None) -> str:
        """Return nothing; the mail renders what is inside."""
        return ""

    class Meta:
        icon = "mail"
        label = _("Only in the mail")
        help_text = _("The page does not show this; its subscribers read it in the mail.")
        group = _("Website or mail")
