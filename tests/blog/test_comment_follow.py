"""A writer asked to be told of replies: one mail, only for what is public, and a way to stop it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django_comments_xtd.models import XtdComment

from onward_blog.comments.moderating import decide, reply_as_author
from onward_blog.comments.tokens import CONFIRM, make_token
from onward_blog.models import CommentState

from .discussion import Browser, a_held, a_public, an_article, an_unconfirmed, links_in, mails_to


pytestmark = pytest.mark.django_db
WRITER = "reader@example.org"
NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def article():
    return an_article()


@pytest.fixture
def question(article):
    return a_public(article, "A question.", follows=True)


def told():
    """Return the mail about replies that the writer of the question got."""
    return [mail for mail in mails_to(WRITER) if mail.purpose == "comment_reply"]


def test_box_in_the_form_is_what_asks_for_mail(article):
    browser = Browser()
    browser.comment(article, "With.", follow="on")
    browser.comment(article, "Without.")

    assert dict(CommentState.objects.values_list("comment__comment", "follows_replies")) == {
        "With.": True,
        "Without.": False,
    }


def test_writer_is_told_once_the_reply_is_public_and_not_before(article, question):
    reply = a_held(
        article, "An answer.", reply_to=question.comment_id, name="Ines", address="ines@example.org"
    )
    assert told() == []

    decide([reply.comment_id], "approve")

    [mail] = told()
    assert "Ines answered your comment" in mail.text
    assert links_in(mail)[0] == reverse("onward_blog:comment", args=[reply.comment_id])


def test_author_replies_and_the_writer_is_told(article, question, author):
    reply_as_author(question, text="Thank you.", user=author.user)

    assert len(told()) == 1


def test_ten_replies_within_ten_minutes_are_one_mail(article, question):
    with time_machine.travel(NOON, tick=False):
        for number in range(10):
            a_public(
                article, f"Answer {number}", reply_to=question.comment_id, address=f"n{number}@example.org"
            )
    assert len(told()) == 1

    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        a_public(article, "Later.", reply_to=question.comment_id, address="later@example.org")

    assert len(told()) == 2


def test_approving_a_reply_again_tells_nobody_again(article, question):
    with time_machine.travel(NOON, tick=False):
        reply = a_public(article, "An answer.", reply_to=question.comment_id, address="ines@example.org")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        decide([reply.comment_id], "hold")
        decide([reply.comment_id], "approve")

    assert len(told()) == 1


def test_who_answers_himself_gets_no_mail(article, question):
    a_public(article, "I answer myself.", reply_to=question.comment_id, address=WRITER)

    assert told() == []


def test_nobody_is_told_without_having_asked(article):
    silent = a_public(article, "A question.")

    a_public(article, "An answer.", reply_to=silent.comment_id, address="ines@example.org")

    assert told() == []


def test_link_at_the_end_stops_mail_by_a_button_and_by_nothing_else(article, question):
    a_public(article, "An answer.", reply_to=question.comment_id, address="ines@example.org")
    stop = links_in(told()[0])[1]

    for _visit in range(2):
        assert "Stop e-mail about replies?" in Browser().get(stop).content.decode()
        assert Browser().head(stop).status_code == 200
    question.refresh_from_db()
    assert question.follows_replies

    pressed = Browser().post(stop)

    assert "You get no more e-mail" in pressed.content.decode()
    question.refresh_from_db()
    assert not question.follows_replies
    assert not XtdComment.objects.get(pk=question.comment_id).followup
    assert Browser().post(stop).status_code == 200


def test_token_that_confirms_does_not_mute(article, question):
    token = make_token(CONFIRM, comment_id=question.comment_id, nonce=question.nonce)

    response = Browser().post(reverse("onward_blog:comment_mute", args=[token]))

    assert response.status_code == 410
    question.refresh_from_db()
    assert question.follows_replies


def test_every_link_in_every_mail_can_be_visited_without_changing_a_row(article, question):
    a_public(article, "An answer.", reply_to=question.comment_id, address="ines@example.org")
    an_unconfirmed(article, "Waiting.", address="wait@example.org")
    mails = mails_to(WRITER) + mails_to("ines@example.org") + mails_to("wait@example.org")
    tables = (CommentState.objects, XtdComment.objects)
    before = [list(table.order_by("pk").values()) for table in tables]

    for mail in mails:
        for link in links_in(mail):
            for visit in (Browser().get, Browser().head, Browser().get, Browser().head):
                assert visit(link, follow=True).status_code == 200, link

    assert [list(table.order_by("pk").values()) for table in tables] == before
    [waiting] = mails_to("wait@example.org")
    assert "Confirmed. Thank you." in Browser().post(links_in(waiting)[0]).content.decode()
