"""A writer confirms a comment; scanners, old links and removals change nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django_comments_xtd.models import XtdComment

from onward_blog import signals, versions
from onward_blog.comments.moderating import decide
from onward_blog.comments.tokens import MUTE, make_token
from onward_blog.models import CommentState

from .discussion import (
    Browser,
    a_held,
    a_public,
    an_article,
    an_unconfirmed,
    confirm_token,
    confirm_url,
    links_in,
    mails_to,
)


pytestmark = pytest.mark.django_db
State = CommentState.State


@pytest.fixture
def article():
    return an_article()


def rows():
    """Return everything a scanner could have changed."""
    return list(CommentState.objects.order_by("pk").values()), list(
        XtdComment.objects.order_by("pk").values()
    )


def test_first_comment_of_an_address_is_held_after_its_writer_confirmed(article):
    Browser().comment(article, "I coach on Fridays.")
    [link] = links_in(mails_to("reader@example.org")[0])

    seen = Browser().get(link)
    pressed = Browser().post(link)

    assert "Yes, confirm my comment" in seen.content.decode()
    assert "I coach on Fridays." in seen.content.decode()
    assert "The author reads every first comment" in pressed.content.decode()
    state = CommentState.objects.get()
    assert (state.state, state.reason) == (State.HELD, "first")
    assert state.confirmed_at is not None


def test_comment_of_a_known_address_is_public_once_confirmed(article, django_capture_on_commit_callbacks):
    a_public(article, "The first.")
    state = an_unconfirmed(article, "The second.", address="Reader@Example.org")
    before = versions.current(article.pk)
    heard = []
    signals.comment_published.connect(lambda **kwargs: heard.append(kwargs), weak=False, dispatch_uid="heard")

    with django_capture_on_commit_callbacks(execute=True):
        Browser().post(confirm_url(state))
    signals.comment_published.disconnect(dispatch_uid="heard")

    state.refresh_from_db()
    assert state.state == State.PUBLIC
    assert versions.current(article.pk) != before
    assert [(kwargs["comment"].pk, kwargs["page"].pk) for kwargs in heard] == [(state.comment_id, article.pk)]
    assert "The second." in Browser().get(article.url).content.decode()


@pytest.mark.parametrize(
    ("text", "form_age", "reason"),
    [
        ("No link at all.", 60, ""),
        ("One https://example.org link.", 60, ""),
        ("Two https://example.org links, www.example.com too.", 60, "links"),
        ("Typed by a machine.", 2, "quick"),
        ("Typed by a person.", 3, ""),
    ],
)
def test_known_address_is_held_only_for_a_reason(article, text, form_age, reason):
    a_public(article, "The first.")
    state = an_unconfirmed(article, text, form_age=form_age)

    Browser().post(confirm_url(state))

    state.refresh_from_db()
    assert (state.state, state.reason) == (State.HELD if reason else State.PUBLIC, reason)


def test_scanner_changes_nothing_and_the_button_still_works(article):
    state = an_unconfirmed(article)
    before = rows()

    for _visit in range(2):
        assert Browser().get(confirm_url(state)).status_code == 200
        assert Browser().head(confirm_url(state)).status_code == 200

    assert rows() == before
    Browser().post(confirm_url(state))
    state.refresh_from_db()
    assert state.state == State.HELD


def test_second_confirmation_is_harmless(article):
    state = an_unconfirmed(article)
    Browser().post(confirm_url(state))
    once = rows()

    again = Browser().post(confirm_url(state))

    assert again.status_code == 200
    assert rows() == once


def test_comment_a_moderator_removed_cannot_be_confirmed_back(article):
    state = a_held(article)
    decide([state.comment_id], "reject")

    response = Browser().post(confirm_url(state))

    assert response.status_code == 410
    assert "removed" in response.content.decode()
    state.refresh_from_db()
    assert state.state == State.REJECTED


def test_comment_that_is_gone_cannot_be_confirmed_back(article):
    state = an_unconfirmed(article)
    url = confirm_url(state)
    XtdComment.objects.filter(pk=state.comment_id).delete()

    assert Browser().get(url).status_code == 410
    assert Browser().post(url).status_code == 410
    assert not XtdComment.objects.exists()


def test_link_is_good_for_48_hours(article):
    state = an_unconfirmed(article)
    url = confirm_url(state)

    with time_machine.travel(timezone.now() + timedelta(hours=47), tick=False):
        assert "Yes, confirm" in Browser().get(url).content.decode()
    with time_machine.travel(timezone.now() + timedelta(hours=49), tick=False):
        late = Browser().post(url)

    assert late.status_code == 410
    assert "48 hours" in late.content.decode()
    state.refresh_from_db()
    assert state.state == State.UNCONFIRMED


def test_comment_is_not_confirmed_after_the_comments_were_closed(article):
    state = an_unconfirmed(article)
    article.comments_enabled = False
    article.save()

    response = Browser().post(confirm_url(state))

    assert response.status_code == 403
    assert "closed" in response.content.decode()
    state.refresh_from_db()
    assert state.state == State.UNCONFIRMED


def test_token_for_another_purpose_or_with_one_character_changed_confirms_nothing(article):
    state = an_unconfirmed(article)
    token = confirm_token(state)
    wrong = [
        make_token(MUTE, comment_id=state.comment_id, nonce=state.nonce),
        "x",
        "a:b:c",
        token[:-1],
        token + "A",
    ]
    wrong += [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(len(token))]

    for bad in wrong:
        response = Browser().post(reverse("onward_blog:comment_confirm", args=[bad]))
        assert response.status_code == 410, bad

    state.refresh_from_db()
    assert state.state == State.UNCONFIRMED


def test_old_nonce_is_void(article):
    state = an_unconfirmed(article)
    url = confirm_url(state)
    CommentState.objects.update(nonce="another")

    assert Browser().post(url).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_twenty_confirmations_at_once_make_one_comment_and_one_announcement():
    article = an_article()
    a_public(article, "The first.")
    state = an_unconfirmed(article, "The second.")
    url = confirm_url(state)
    heard = []
    signals.comment_published.connect(lambda **kwargs: heard.append(kwargs), weak=False, dispatch_uid="heard")

    def press(_number):
        try:
            return Browser().post(url).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        statuses = list(threads.map(press, range(20)))
    signals.comment_published.disconnect(dispatch_uid="heard")

    assert statuses == [200] * 20
    assert XtdComment.objects.count() == 2
    assert CommentState.objects.public().count() == 2
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_replies_at_once_are_twenty_replies_each_with_its_own_place():
    article = an_article()
    parent = a_public(article, "A question.")

    def answer(number):
        try:
            return an_unconfirmed(article, f"Answer {number}", reply_to=parent.comment_id).comment_id
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(answer, range(20)))

    replies = XtdComment.norel_objects.filter(parent_id=parent.comment_id).exclude(pk=parent.comment_id)
    assert set(replies.values_list("pk", flat=True)) == set(made)
    assert len(set(replies.values_list("order", flat=True))) == 20
    assert set(replies.values_list("thread_id", "level")) == {(parent.comment_id, 1)}
