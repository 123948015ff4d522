"""The body of an article: every block an author can choose."""

from django.apps import apps
from wagtail import blocks

from onward_blog import blocks as own
from onward_blog.roundups.blocks import RoundupBlock, WeAskedBlock


class ArticleText(blocks.StreamBlock):
    """What an article is made of in a project without polls."""

    paragraph = own.ParagraphBlock()
    heading = own.HeadingBlock()
    image = own.PictureBlock()
    quote = own.QuoteBlock()
    list = own.ListOfLinesBlock()
    embed = own.EmbedBlock()
    code = own.CodeBlock()
    roundup = RoundupBlock()
    we_asked = WeAskedBlock()
    next_part = own.NextPartBlock()
    subscribe = own.SubscribeBlock()
    author = own.AuthorBlock()
    web_only = own.OnlyOnTheSiteBlock()
    mail_only = own.OnlyInTheMailBlock()

    class Meta:
        required = False


def article_body() -> blocks.StreamBlock:
    """Return the blocks of an article: with polls and questions for words where polls are installed."""
    if not apps.is_installed("onward_polls"):
        return ArticleText()
    from onward_polls.blocks import PollBlock, WordsQuestionBlock

    return ArticleText([("poll", PollBlock()), ("words_question", WordsQuestionBlock())])
