"""What belongs to one reader comes from one answer that no cache keeps."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onward_polls.models import Option, Poll
from tests.blog.factories import make_part, make_series


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    poll = Poll.objects.create(question="What takes most of your week?")
    for text in ("Repair", "Selling"):
        Option.objects.create(poll=poll, text=text)
    return poll


@pytest.fixture
def article(poll: Poll) -> Any:
    return make_part(make_series(), body=[("poll", poll)])


def address_of(article: Any) -> str:
    return reverse("onward_blog:reader", args=[article.pk])


def test_asking_gives_no_cookie_and_no_token(article: Any, poll: Poll, reader: Client) -> None:
    response = reader.get(address_of(article))

    answer = response.json()
    assert answer["csrf"] is None
    assert not response.cookies
    assert response["Cache-Control"] == "private, no-store"
    assert f'id="poll-{poll.pk}"' in answer["fragments"][f"poll-{poll.pk}"]
    assert "csrfmiddlewaretoken" not in answer["fragments"][f"poll-{poll.pk}"]


def test_touching_a_form_gives_a_token_and_the_cookies_that_know_the_browser(
    article: Any, poll: Poll, reader: Client
) -> None:
    response = reader.post(address_of(article))

    answer = response.json()
    assert answer["csrf"]
    assert "csrfmiddlewaretoken" in answer["fragments"][f"poll-{poll.pk}"]
    assert {"csrftoken", "rid"} <= set(response.cookies)
    assert response.cookies["rid"]["httponly"]


def test_another_site_cannot_touch_the_form(article: Any, reader: Client) -> None:
    response = reader.post(address_of(article), headers={"origin": "https://evil.example"})

    assert response.status_code == 403
    assert not response.cookies


def test_the_article_and_the_fragment_name_the_same_element(article: Any, poll: Poll, reader: Client) -> None:
    html = reader.get(article.url).content.decode()

    assert f'id="poll-{poll.pk}"' in html
    assert f'<onward-reader src="{address_of(article)}">' in html


def test_a_page_that_does_not_exist_has_no_fragment(reader: Client) -> None:
    assert reader.get("/reader/987654/").status_code == 404
