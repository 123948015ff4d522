"""The body of an article: every block an author can choose."""

from wagtail import blocks

from onward_blog.blocks import ParagraphBlock


class ArticleBody(blocks.StreamBlock):
    """What an article is made of."""

    paragraph = ParagraphBlock()

    class Meta:
        required = False
