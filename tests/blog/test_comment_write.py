"""A reader writes a comment, and confirms it."""

import pytest
from django.urls import reverse

from onward_blog.models import CommentState

from . import discussion
from .discussion import Browser, an_article


pytestmark = pytest.mark.django_db
State = CommentState.State


@pytest.fixture
def article():
    return an_article()


@pytest.fixture
def browser():
    return Browser()


def test_comment_is_stored_and_its_writer_asked_to_confirm(article, browser, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = browser.comment(article, "I coach on Fridays.")

    assert response.status_code == 200
    state = CommentState.objects.get()
    assert state.state == State.UNCONFIRMED
    assert "we have sent you an e-mail" in response.content.decode()
