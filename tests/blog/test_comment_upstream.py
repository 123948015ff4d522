"""What django-comments-xtd does by itself, and this site must not let it do."""

import re
from pathlib import Path

import pytest
from django.db.models.signals import pre_save
from django.urls import NoReverseMatch, get_resolver, reverse
from django_comments import urls as comments_urls
from django_comments.signals import comment_was_posted
from django_comments_xtd import urls as xtd_urls
from django_comments_xtd.models import TmpXtdComment, XtdComment

import onward_blog
from onward_blog.models import CommentState

from .discussion import Browser, a_held, a_public, an_article, an_unconfirmed


def upstream_names():
    patterns = [*xtd_urls.urlpatterns, *comments_urls.urlpatterns]
    nested = [inner for pattern in patterns for inner in getattr(pattern, "url_patterns", [pattern])]
    return sorted({pattern.name for pattern in nested if getattr(pattern, "name", None)})


def test_there_are_upstream_names_to_look_for():
    assert {"comments-xtd-confirm", "comments-xtd-reply", "comments-xtd-api-list"} <= set(upstream_names())


@pytest.mark.parametrize("name", upstream_names())
def test_no_address_of_upstream_resolves(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)
    assert name not in get_resolver().reverse_dict


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "reply/{pk}/",
        "sent/?c={pk}",
        "api/onward_blog_pages-articlepage/{page}/",
        "post/",
        "flag/{pk}/",
        "like/{pk}/",
    ],
)
def test_upstreams_addresses_show_nothing(path):
    article = an_article()
    state = a_held(article, "A held secret.")

    response = Browser().get("/comments/" + path.format(pk=state.comment_id, page=article.pk))

    assert b"A held secret." not in response.content
    assert response.status_code in {301, 404}


@pytest.mark.django_db
def test_editing_a_public_comment_publishes_no_held_reply():
    article = an_article()
    parent = a_public(article, "A question.")
    held = a_held(article, "A held reply.", reply_to=parent.comment_id, address="new@example.org")

    comment = XtdComment.objects.get(pk=parent.comment_id)
    comment.comment = "A question, put better."
    comment.save()

    held.comment.refresh_from_db()
    assert held.comment.is_public is False
    assert CommentState.objects.get(pk=held.pk).state == CommentState.State.HELD
    assert "A held reply." not in Browser().get(article.url).content.decode()


@pytest.mark.django_db
def test_withdrawing_and_restoring_a_comment_leaves_held_replies_held():
    article = an_article()
    parent = a_public(article, "A question.")
    held = a_held(article, "A held reply.", reply_to=parent.comment_id, address="new@example.org")

    comment = XtdComment.objects.get(pk=parent.comment_id)
    for removed in (True, False):
        comment.is_removed = removed
        comment.save()

    held.comment.refresh_from_db()
    assert held.comment.is_public is False


def test_upstreams_receivers_are_gone():
    alive, asynchronous = pre_save._live_receivers(XtdComment)
    assert [receiver.__module__ for receiver in alive + asynchronous if "xtd" in receiver.__module__] == []
    assert not comment_was_posted.has_listeners(TmpXtdComment)


@pytest.mark.django_db
def test_deleting_an_article_leaves_no_orphan_comments():
    article = an_article()
    parent = a_public(article, "A question.")
    an_unconfirmed(article, "A reply.", reply_to=parent.comment_id)

    article.delete()

    assert not CommentState.objects.exists()
    assert not XtdComment.objects.exists()


def test_nothing_of_ours_unpickles():
    sources = [path.read_text() for path in Path(onward_blog.__file__).parent.rglob("*.py")]
    assert not [source for source in sources if re.search(r"^\s*(import|from) pickle", source, re.MULTILINE)]
