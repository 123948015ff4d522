"""Readers read a discussion: in order, in two queries, and only where they may."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_comments_xtd.models import XtdComment

from onward_blog.comments.components import CommentThread
from onward_blog.comments.erasing import erase_comments, export_comments
from onward_blog.comments.moderating import decide
from onward_blog.comments.queries import public_comments, thread_page
from onward_blog.models import CommentState

from .discussion import (
    Browser,
    a_held,
    a_public,
    an_article,
    an_unconfirmed,
)


pytestmark = pytest.mark.django_db
State = CommentState.State


@pytest.fixture
def article():
    return an_article()


def many_comments(article, count, *, replies=0):
    """Store public comments straight into the tables; every ``replies``-th answers the one before."""
    first = a_public(article, "The first of many.")
    made = top = XtdComment.norel_objects.get(pk=first.comment_id)
    for number in range(count - 1):
        is_reply = replies and number % replies
        comment = XtdComment(
            content_type_id=made.content_type_id,
            object_pk=made.object_pk,
            site_id=made.site_id,
            user_name=f"Reader {number}",
            comment=f"Number {number}",
            submit_date=timezone.now(),
            level=1 if is_reply else 0,
            parent_id=top.pk if is_reply else 0,
        )
        super(XtdComment, comment).save()
        XtdComment.norel_objects.filter(pk=comment.pk).update(
            parent_id=top.pk if is_reply else comment.pk, thread_id=top.pk if is_reply else comment.pk
        )
        CommentState.objects.create(
            comment=comment, page=article, state=State.PUBLIC, html=f"<p>Number {number}</p>"
        )
        top = top if is_reply else comment


def test_thread_is_read_in_order_with_answers_below_what_they_answer(article):
    one = a_public(article, "One.")
    two = a_public(article, "Two.")
    a_public(article, "Answer to one.", reply_to=one.comment_id)
    a_public(article, "Answer to two.", reply_to=two.comment_id)

    entries = thread_page(article).entries

    assert [(entry.html, entry.depth) for entry in entries] == [
        ("<p>One.</p>", 0),
        ("<p>Answer to one.</p>", 1),
        ("<p>Two.</p>", 0),
        ("<p>Answer to two.</p>", 1),
    ]


def test_lists_of_the_thread_are_closed_as_often_as_they_are_opened(article):
    parent = one = a_public(article, "One.")
    for depth in range(4):
        parent = a_public(article, f"Deeper {depth}", reply_to=parent.comment_id)
    a_public(article, "Beside.", reply_to=one.comment_id)
    a_public(article, "Two.")

    html = CommentThread(article).render_html()

    assert html.count("<ol") == html.count("</ol>") == 3
    assert html.count("<li") == html.count("</li>") == 7


@pytest.mark.parametrize("count", [1, 50, 500])
def test_thread_takes_two_queries_however_many_comments(article, count):
    many_comments(article, count, replies=5)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        html = CommentThread(article).render_html()

    assert len(queries) == 2
    assert f"{count} comment" in html


def test_empty_thread_takes_one_query_and_invites(article):
    with CaptureQueriesContext(connection) as queries:
        html = CommentThread(article).render_html()

    assert len(queries) == 1
    assert "Nobody has commented yet" in html


def test_fifty_threads_stand_below_the_article_and_the_rest_on_later_pages(article):
    many_comments(article, 120)

    first = Browser().get(article.url).content.decode()
    third = Browser().get(reverse("onward_blog:comments", args=[article.pk]) + "?page=3").content.decode()

    assert first.count('class="onward-comment"') == 50
    assert "Page 1 of 3" in first
    assert third.count('class="onward-comment"') == 20
    assert 'rel="prev"' in third
    assert 'rel="next"' not in third


@pytest.mark.parametrize("number", ["0", "99999", "-1", "x", "9" * 50, "²", ""])
def test_strange_page_numbers_show_comments_all_the_same(article, number):
    a_public(article, "Here.")

    response = Browser().get(reverse("onward_blog:comments", args=[article.pk]), {"page": number})

    assert response.status_code == 200
    assert "Here." in response.content.decode()


def test_permanent_address_leads_to_the_page_of_threads_it_stands_on(article):
    many_comments(article, 60)
    first, last = CommentState.objects.order_by("pk").first(), CommentState.objects.order_by("pk").last()

    near = Browser().get(reverse("onward_blog:comment", args=[first.comment_id]))
    far = Browser().get(reverse("onward_blog:comment", args=[last.comment_id]))

    assert near["Location"] == f"{article.url}#c{first.comment_id}"
    assert far["Location"].endswith(f"?page=2#c{last.comment_id}")
    assert f'id="c{last.comment_id}"' in Browser().get(far["Location"]).content.decode()


def test_withdrawn_comment_leaves_its_place_while_others_answered_it(article):
    parent = a_public(article, "Withdrawn words.", name="Gone Name")
    a_public(article, "An answer.", reply_to=parent.comment_id)
    lonely = a_public(article, "Lonely words.")

    decide([parent.comment_id, lonely.comment_id], "reject")
    html = CommentThread(article).render_html()

    assert "A comment was removed here." in html
    assert "An answer." in html
    assert "1 comment" in html
    for gone in ("Withdrawn words.", "Gone Name", "Lonely words.", f"c{lonely.comment_id}"):
        assert gone not in html


def test_article_is_the_same_bytes_for_a_writer_a_stranger_and_the_next_minute(article):
    a_public(article, "Public.")
    writer = Browser()
    writer.comment(article, "Mine.", email="new@example.org")

    pages = [writer.get(article.url), Browser().get(article.url)]

    assert pages[0].content == pages[1].content
    assert not pages[0].cookies
    assert not pages[1].cookies


def make_held(article):
    return a_held(article, "HIDDEN")


def make_rejected(article):
    state = a_held(article, "HIDDEN")
    decide([state.comment_id], "reject")
    return state


def make_spam(article):
    state = a_held(article, "HIDDEN")
    decide([state.comment_id], "spam")
    return state


def make_unconfirmed(article):
    return an_unconfirmed(article, "HIDDEN")


@pytest.mark.parametrize("make", [make_held, make_rejected, make_spam, make_unconfirmed])
def test_comment_that_is_not_public_is_shown_nowhere(article, make):
    state = make(article)
    urls = [
        article.url,
        reverse("onward_blog:comments", args=[article.pk]),
        reverse("onward_blog:comment_new", args=[article.pk]) + f"?reply_to={state.comment_id}",
        reverse("onward_blog:comment_sent", args=[article.pk]),
        reverse("onward_blog:reader", args=[article.pk]),
        reverse("onward_blog:comment", args=[state.comment_id]),
        "/feed/",
        "/sitemap.xml",
    ]

    for url in urls:
        assert b"HIDDEN" not in Browser().get(url, follow=True).content, url
    assert not public_comments(article)


def test_public_comments_of_a_window_are_given_to_whoever_writes_the_next_part(article):
    early = a_public(article, "Early.")
    late = a_public(article, "Late.", reply_to=early.comment_id)
    middle = timezone.now()
    XtdComment.objects.filter(pk=early.comment_id).update(submit_date=middle - timedelta(days=2))
    XtdComment.objects.filter(pk=late.comment_id).update(submit_date=middle + timedelta(days=2))

    assert [(c.text, c.reply_count, c.parent_pk) for c in public_comments(article)] == [
        ("Early.", 1, None),
        ("Late.", 0, early.comment_id),
    ]
    assert [c.text for c in public_comments(article, since=middle)] == ["Late."]
    assert [c.text for c in public_comments(article, until=middle)] == ["Early."]


def test_one_persons_comments_can_be_given_out_and_erased(article):
    mine = a_public(article, "Mine.", name="Tess", address="Tess@Example.org")
    a_public(article, "An answer.", reply_to=mine.comment_id, address="other@example.org")

    assert [row["text"] for row in export_comments("tess@example.org")] == ["Mine."]
    assert erase_comments("tess@example.org") == 1

    comment = XtdComment.objects.get(pk=mine.comment_id)
    assert (comment.comment, comment.user_name, comment.user_email) == ("", "", "")
    html = CommentThread(article).render_html()
    assert "A comment was removed here." in html
    assert "An answer." in html
    assert export_comments("tess@example.org") == []
