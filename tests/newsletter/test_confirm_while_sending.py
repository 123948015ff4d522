"""Somebody subscribes while a newsletter is being sent, and does not wait behind it."""

import os
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from onward_newsletter.models import Newsletter
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .conftest import links_in
from .relay import mails, readers, sending_to, states


pytestmark = pytest.mark.django_db(transaction=True)

#: ``FAULTS_LONG=1`` takes the size that reliability S14 names, and looks at the clock as well.
LONG = os.environ.get("FAULTS_LONG") == "1"
RECIPIENTS = 5000 if LONG else 60
PATIENCE_SECONDS = 15


@pytest.fixture
def crowd(newsletter: Newsletter) -> Any:
    return sending_to(readers(RECIPIENTS), newsletter)


def test_confirmation_and_welcome_overtake_the_issue(
    relay: SinkThread, newsletter: Newsletter, crowd: Any
) -> None:
    relay.sink.delay = 0.003 if LONG else 0.08
    asked_at = RECIPIENTS // 10

    def look(recipient: str) -> None:
        """The reader asks after some mails, and presses the button as soon as the confirmation is there."""
        if recipient == readers(RECIPIENTS)[asked_at]:
            Client().post("/newsletter/", {"newsletter": newsletter.slug, "address": "eager@example.org"})
        if recipient == "eager@example.org" and (confirm := _confirm_path(relay)):
            Client().post(confirm)
        connection.close()

    relay.sink.on_message = look
    pump(limit_seconds=600)

    lines = relay.book.lines("accepted")
    order = [line["rcpt"] for line in lines]
    assert order.count("eager@example.org") == 2
    places = [place for place, rcpt in enumerate(order) if rcpt == "eager@example.org"]
    assert places[0] > asked_at
    assert places[1] < len(order) - 1
    assert set(states(crowd).values()) == {"submitted"}
    if LONG:
        waited = [lines[place]["at"] - lines[asked_at]["at"] for place in places]
        assert waited[0] <= PATIENCE_SECONDS


def _confirm_path(relay: SinkThread) -> str:
    """Return the path of the button in the reader's last mail, or "" when it was the welcome."""
    last = [mail for mail in mails(relay) if mail["To"] == "eager@example.org"][-1]
    body = last.get_body(("plain",))
    paths = links_in(body.get_content() if body else "")
    return next((path for path in paths if "/confirm/" in path), "")
