"""Mail scanners and prefetchers open every link; nothing may come of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from wagtail import hooks

from onward_polls.actions import request_follow_up
from onward_polls.components import poll_mail_links
from onward_polls.follow_ups import follow_up_token
from onward_polls.models import Ballot, FollowUp, Poll
from onward_polls.readers import MailReader
from onward_polls.tally import read_tally
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import vote


pytestmark = pytest.mark.django_db

STEPS = ("consent", "stop", "withdraw", "erase", "leave")


@pytest.fixture(autouse=True)
def _mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    ada = {"token-ada": MailReader("subscriber:ada", "a***@d***")}
    monkeypatch.setitem(hooks._hooks, "onward_polls_resolve_mail_token", [(ada.get, 0)])
    return


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return everything that stands in the tables of the polls."""
    models = apps.get_app_config("onward_polls").get_models()
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def links_of(poll: Poll, follow_up: FollowUp) -> list[str]:
    mailed = re.findall(r'href="http://127.0.0.1:8000([^"]+)"', poll_mail_links(poll, "token-ada"))
    here = f"/polls/{poll.pk}/"
    posted = [f"{here}{form}" for form in ("words/", "words/stop/", "withdraw/", "follow-up/")]
    pages = [here, f"{here}?change=1", f"{here}?words=1", f"{here}results.json"]
    mine = [f"/polls/mine/{ballot.uuid}/{step}/" for ballot in Ballot.objects.all() for step in STEPS]
    pages += ["/polls/mine/", "/polls/mine/forget/", f"{here}embed/", *mine]
    return [*mailed, *pages, *posted, f"/polls/follow-up/{follow_up_token(follow_up)}/"]


def test_following_every_link_twice_changes_no_row_and_the_buttons_still_work(
    person: ReaderAtPoll,
) -> None:
    follow_up = request_follow_up(vote(person.poll, "Coaching"), "tess@example.org")
    person.answer("Repair")
    links = links_of(person.poll, follow_up)
    before = rows()

    for browser in (Client(), person.browser):
        for link in links * 2:
            browser.get(link)
            browser.head(link)

    assert rows() == before
    assert len([link for link in links if link.startswith("/v/")]) == 4
    Client().post(links[1])
    Client().post(links[-1])
    assert {line.text: line.count for line in read_tally(person.poll).lines if line.count} == {
        "Repair": 1,
        "Selling": 1,
        "Coaching": 1,
    }
    assert FollowUp.objects.get().confirmed_at is not None


def test_a_scanner_is_given_no_cookie(poll: Poll) -> None:
    follow_up = request_follow_up(vote(poll, "Coaching"), "tess@example.org")
    scanner = Client()

    for link in links_of(poll, follow_up):
        scanner.get(link)

    assert not scanner.cookies
