"""Too much, too often, twice: what is limited, and what is not lost by it."""

import pytest

from onward_blog.models import CommentState

from .discussion import (
    Browser,
    an_article,
    mails_to,
)


pytestmark = pytest.mark.django_db
State = CommentState.State


@pytest.fixture
def article():
    return an_article()


@pytest.fixture
def browser():
    return Browser()


def test_huge_request_is_answered_and_not_read(article, browser):
    response = browser.comment(article, "x" * 100_001)

    assert response.status_code == 413
    assert "far too long" in response.content.decode()
    assert not CommentState.objects.exists()


def test_five_thousand_characters_with_line_ends_are_taken(article, browser):
    text = "\r\n".join(["x" * 9] * 500)

    assert browser.comment(article, text).status_code == 200
    assert CommentState.objects.count() == 1


def test_sixth_comment_within_ten_minutes_waits_and_keeps_its_text(article, browser):
    answers = [browser.comment(article, f"Number {n}") for n in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 600
    assert "Number 5" in answers[-1].content.decode()
    assert CommentState.objects.count() == 5


def test_network_is_limited_however_many_browsers_it_has(article):
    statuses = [
        Browser().comment(article, f"N {n}", email=f"n{n}@example.org").status_code for n in range(32)
    ]

    assert statuses == [200] * 30 + [429] * 2
    assert Browser(REMOTE_ADDR="203.0.113.9").comment(article, "Elsewhere").status_code == 200


def test_one_address_gets_no_flood_of_confirmations(article):
    for n in range(12):
        Browser(REMOTE_ADDR=f"203.0.113.{n}").comment(article, f"Number {n}", email="victim@example.org")

    assert len(mails_to("victim@example.org")) == 10


def test_wrong_forms_do_not_use_up_the_limit(article, browser):
    for _n in range(8):
        browser.comment(article, "")

    assert browser.comment(article, "At last.").status_code == 200


def test_same_comment_sent_twice_is_one_comment_and_one_mail(article, browser):
    browser.comment(article, "Twice.")
    browser.comment(article, "Twice.")

    assert CommentState.objects.count() == 1
    assert len(mails_to("reader@example.org")) == 1
