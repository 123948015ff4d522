"""An article asks its reader to follow once, where it is most useful."""

import pytest

from onward_blog.blocks import AuthorBlock, NextPartBlock, SubscribeBlock
from onward_newsletter.models import Newsletter
from tests.blog.answers import a_part, a_series
from tests.blog.factories import make_author


pytestmark = pytest.mark.django_db

FORM = "<onward-subscribe"
TEXT = ("paragraph", "<p>Everyone is measured twice.</p>")
ANNOUNCES = {"next_question": "Is the role out of date?"}


@pytest.fixture(autouse=True)
def newsletter():
    return Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )


def next_part(note=""):
    return ("next_part", {"note": note})


SUBSCRIBE = ("subscribe", None)


@pytest.mark.parametrize("fields", [ANNOUNCES, {}], ids=["announcing", "silent"])
@pytest.mark.parametrize(
    "body",
    [
        [TEXT],
        [TEXT, SUBSCRIBE],
        [TEXT, next_part()],
        [SUBSCRIBE, TEXT, next_part()],
        [next_part(), TEXT, SUBSCRIBE],
        [SUBSCRIBE, TEXT, SUBSCRIBE],
        [next_part("One"), TEXT, next_part("Two")],
    ],
    ids=["text", "box", "next", "box-next", "next-box", "box-box", "next-next"],
)
def test_article_holds_one_form_to_follow(body, fields, reader):
    article = a_part(a_series(), body=body, **fields)

    page = reader.get(article.url).content.decode()

    assert page.count(FORM) == 1
    assert page.count('class="onward-next"') == (1 if fields else 0)


def test_announcement_has_the_form_and_not_the_box_in_the_text(reader):
    article = a_part(a_series(), body=[SUBSCRIBE, TEXT, next_part("More of it.")], **ANNOUNCES)

    page = reader.get(article.url).content.decode()

    assert page.index("Everyone is measured twice") < page.index("More of it.") < page.index(FORM)


def test_box_stands_where_the_author_put_it_when_nothing_is_announced(reader):
    article = a_part(a_series(), body=[SUBSCRIBE, TEXT])

    page = reader.get(article.url).content.decode()

    assert page.index(FORM) < page.index("Everyone is measured twice")


def test_blocks_are_shown_without_a_page():
    ida = make_author("Ida Berg")
    block = AuthorBlock()

    assert "Ida Berg" in block.render(block.to_python({"author": ida.pk}))
    assert block.render(block.to_python({"author": None})).strip() == ""
    assert NextPartBlock().render(NextPartBlock().to_python({"note": "More."}), {}).strip() == ""
    assert FORM in SubscribeBlock().render(None, {})


def test_author_block_shows_the_author_of_the_article_unless_it_names_one(reader):
    mara = make_author("Mara Kalani")
    article = a_part(a_series(), body=[("author", {"author": None})], author=mara)

    assert "onward-about__name" in reader.get(article.url).content.decode()
