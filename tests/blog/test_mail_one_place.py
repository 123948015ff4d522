"""What an author wrote for the website only, or for the mail only, and what an article says before it is mailed."""

from datetime import UTC, datetime

import pytest
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from onward_blog import mailing
from onward_newsletter.actions.composing import check_issue, compose_issue
from onward_newsletter.actions.issues import IssueNotReady, send_issue
from onward_newsletter.models import Newsletter, Subscriber, Subscription
from onward_polls.models import Poll
from tests.blog.answers import a_part, a_poll, a_series


pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2026, 5, 30, tzinfo=UTC)
FAR_AHEAD = datetime(2096, 5, 30, tzinfo=UTC)


@pytest.fixture
def newsletter():
    return Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )


def an_article(*body):
    return a_part(a_series("Out of date?"), standfirst="One number.", body=list(body))


BOTH = (
    ("paragraph", "<p>For everybody.</p>"),
    ("web_only", [("heading", "The figures"), ("paragraph", "<p>For the website.</p>")]),
    ("mail_only", [("paragraph", "<p>Dear subscribers.</p>"), ("list", {"items": ["One more thing"]})]),
)


@pytest.mark.parametrize("format", ["full", "excerpt", "until_poll"])
def test_mail_has_its_own_words_and_not_those_of_the_website(newsletter, format):
    mail = compose_issue(mailing.issue_for_article(an_article(*BOTH), format))

    for part in (mail.html, mail.text):
        assert "For everybody." in part
        assert "Dear subscribers." in part
        assert "One more thing" in part
        assert "For the website." not in part
        assert "The figures" not in part


def test_page_feed_and_search_have_the_words_of_the_website_and_not_those_of_the_mail(newsletter, stranger):
    article = an_article(*BOTH)

    page = stranger.get(article.get_absolute_url()).content.decode()
    feed = stranger.get(article.series.get_absolute_url() + "feed/").content.decode()

    assert "For the website." in page
    assert "The figures" in page
    for place in (page, feed, str(article.body.stream_block.get_searchable_content(article.body))):
        assert "Dear subscribers." not in place
        assert "One more thing" not in place


# Wagtail leaves the file of a rendition to the collector.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <function SpooledTemporaryFile", "ignore:Unclosed file"
)
def test_image_has_a_full_address_a_description_and_a_width(newsletter):
    image = get_image_model().objects.create(
        title="Chart", file=get_test_image_file(size=(1600, 900)), description="Where the week goes"
    )
    article = an_article(("image", {"image": image, "caption": "In hours"}))
    mail = compose_issue(mailing.issue_for_article(article))

    (block,) = [block for block in mail.parts["body"] if block.kind == "image"]
    assert block.src.startswith("http://127.0.0.1:8000/")
    assert (block.text, block.width) == ("Where the week goes", 560)
    assert "width-1120" in block.src
    assert not {finding.message for finding in found_in(article) if "image" in finding.message}


# Before it is mailed


def found_in(article, format="full"):
    issue = mailing.issue_for_article(article, format)
    return check_issue(issue, compose_issue(issue))


def test_finding_leads_to_its_block_in_the_editor_of_the_page(newsletter, author):
    article = an_article(
        ("paragraph", "<p>Well.</p>"), ("mail_only", [("paragraph", "<p>TK the number</p>")])
    )

    (finding,) = [finding for finding in found_in(article) if "TK" in finding.message]

    assert finding.is_error
    assert finding.link == f"/admin/pages/{article.pk}/edit/#block-{article.body[1].id}-section"
    assert article.body[1].id in author.get(finding.link.partition("#")[0]).content.decode()


def levels(article, words):
    return [finding.level for finding in found_in(article) if words in finding.message]


def test_question_that_is_closed_with_nothing_to_show_keeps_the_mail_back(newsletter):
    poll = a_poll(options=("Repair", "Selling"))
    article = an_article(("paragraph", "<p>Well.</p>"), ("poll", poll))
    assert not levels(article, "closed")

    Poll.objects.update(closes_at=LONG_AGO)
    article = type(article).objects.get(pk=article.pk)
    assert levels(article, "closed already") == ["error"]

    Subscription.objects.create(
        subscriber=Subscriber.objects.create(address="a@example.org", address_key="a"),
        newsletter=newsletter,
        state="active",
    )
    with pytest.raises(IssueNotReady, match="closed already"):
        send_issue(mailing.issue_for_article(article))


def test_question_without_answers_to_choose_from_is_an_error(newsletter):
    poll = a_poll(options=("Repair", "Selling"))
    poll.options.all().delete()

    assert levels(an_article(("poll", Poll.objects.get())), "no answers to choose from") == ["error"]


def test_question_that_opens_later_and_one_that_is_archived_are_warnings(newsletter):
    poll = a_poll(options=("Repair", "Selling"))
    article = an_article(("poll", poll))

    Poll.objects.update(opens_at=FAR_AHEAD)
    assert levels(type(article).objects.get(pk=article.pk), "not open yet") == ["warning"]

    Poll.objects.update(opens_at=None, archived_at=LONG_AGO)
    assert levels(type(article).objects.get(pk=article.pk), "archived") == ["warning"]


def test_question_that_is_not_mailed_is_not_judged(newsletter):
    poll = a_poll(options=("Repair", "Selling"))
    article = an_article(("paragraph", "<p>" + "word " * 200 + "</p>"), ("poll", poll))
    Poll.objects.update(closes_at=LONG_AGO)

    assert not [finding for finding in found_in(article, "excerpt") if "closed" in finding.message]
