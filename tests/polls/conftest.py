"""What tests of polls start from: one poll on one public page, and readers who answer it over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from onward_polls.models import Poll
from tests.polls.factories import a_poll, an_article, option


#: What a browser's script sends along.
FETCH = {"X-Requested-With": "onward"}


class ReaderAtPoll:
    """A browser that answers one poll the way a person without JavaScript does: form, then confirm page."""

    def __init__(self, poll: Poll) -> None:
        self.poll = poll
        self.browser = Client(enforce_csrf_checks=True)
        self.token = ""

    def send(self, where: str, fields: dict[str, Any], **headers: str) -> HttpResponse:
        """Post a form to the poll, with the token if a page has given one."""
        if self.token:
            fields = {**fields, "csrfmiddlewaretoken": self.token}
        response = self.browser.post(f"/polls/{self.poll.pk}/{where}", fields, headers=headers)
        if cookie := self.browser.cookies.get("csrftoken"):
            self.token = cookie.value
        return response

    def press(self, *texts: str, **headers: str) -> HttpResponse:
        """Press the button of the ballot once."""
        return self.send("", {"option": [str(option(self.poll, text).uuid) for text in texts]}, **headers)

    def answer(self, *texts: str, **headers: str) -> HttpResponse:
        """Press the button, and the one on the confirm page if there is one."""
        response = self.press(*texts, **headers)
        return self.press(*texts, **headers) if "X-Onward-Unconfirmed" in response.headers else response

    def look(self, query: str = "") -> str:
        return self.browser.get(f"/polls/{self.poll.pk}/{query}").content.decode()


@pytest.fixture
def poll(db: None) -> Poll:
    """One question with four answers, on a live page."""
    poll = a_poll()
    an_article(poll)
    return poll


@pytest.fixture
def at_poll() -> Callable[[Poll], ReaderAtPoll]:
    """Seat a new reader at a poll."""
    return ReaderAtPoll


@pytest.fixture
def person(poll: Poll) -> ReaderAtPoll:
    """A reader at the poll."""
    return ReaderAtPoll(poll)
