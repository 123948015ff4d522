"""Which pages show comments, and which take them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from onward_blog.models import CommentState

from .discussion import (
    FETCH,
    Browser,
    a_public,
    an_article,
    new_url,
    typed,
)


pytestmark = pytest.mark.django_db
State = CommentState.State


@pytest.fixture
def article():
    return an_article()


def unpublish(article):
    article.unpublish()


def hide(article):
    PageViewRestriction.objects.create(page=article, restriction_type=PageViewRestriction.LOGIN)


def hide_parent(article):
    PageViewRestriction.objects.create(
        page=article.get_parent(), restriction_type=PageViewRestriction.PASSWORD, password="x"
    )


def delete(article):
    article.delete()


@pytest.mark.parametrize("change", [unpublish, hide, hide_parent, delete])
def test_page_nobody_can_open_shows_and_takes_no_comments(article, change):
    public = a_public(article, "HIDDEN")
    browser = Browser()
    hidden = browser.tokens_for(article)
    number = article.pk
    change(article)

    for name in ("comments", "comment_new", "comment_sent", "reader"):
        response = browser.get(reverse(f"onward_blog:{name}", args=[number]))
        assert response.status_code in {403, 404}
        assert b"HIDDEN" not in response.content
    posted = browser.post(
        reverse("onward_blog:comment_new", args=[number]), {**hidden, **typed()}, headers=FETCH
    )
    assert posted.status_code in {403, 404}
    assert Browser().get(reverse("onward_blog:comment", args=[public.comment_id])).status_code == 404
    assert CommentState.objects.count() <= 1


def close(article):
    article.comments_enabled = False
    article.save()


def expire(article):
    article.expire_at = timezone.now() - timedelta(hours=1)
    article.save()


@pytest.mark.parametrize("change", [close, expire])
def test_closed_page_shows_comments_and_takes_none_but_gives_the_text_back(article, change):
    a_public(article, "Still here.")
    browser = Browser()
    hidden = browser.tokens_for(article)
    change(article)

    posted = browser.post(new_url(article), {**hidden, **typed("Too late.")}, headers=FETCH)

    assert posted.status_code == 403
    assert "closed" in posted.content.decode()
    assert "Too late." in posted.content.decode()
    assert CommentState.objects.count() == 1
    page = Browser().get(reverse("onward_blog:comments", args=[article.pk])).content.decode()
    assert "Still here." in page
    assert "Comments are closed" in page
    assert "<form" not in page
    assert "data-reply" not in page


def test_pages_of_other_kinds_take_no_comments(article):
    series = article.get_parent()

    assert Browser().get(reverse("onward_blog:comments", args=[series.pk])).status_code == 404
    assert Browser().get(reverse("onward_blog:comments", args=[9**18])).status_code == 404
    assert Browser().get(f"/comments/c/{'9' * 40}/").status_code == 404
