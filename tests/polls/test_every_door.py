"""An attacker tries every combination of doors to be counted twice, or to see what is not theirs."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from wagtail import hooks

from onward_polls.readers import MailReader
from onward_polls.tally import read_tally
from onward_polls.viewsets import poll_viewset
from tests.conftest import Person
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import option


pytestmark = pytest.mark.django_db

DOORS = ("browser", "account", "mail")


@pytest.fixture(autouse=True)
def _mail(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = {"ada": MailReader("subscriber:ada", "a***@d***", address="ada@example.org")}
    monkeypatch.setitem(hooks._hooks, "onward_polls_resolve_mail_token", [(ada.get, 0)])


def go_through(door: str, reader: ReaderAtPoll, user: Any) -> None:
    """Answer once by a door; whoever has signed in stays so while the mail is answered."""
    if door == "account":
        reader.browser.force_login(user)
        reader.token = ""
    if door == "mail":
        uuid = option(reader.poll, "Selling").uuid
        reader.browser.post(f"/v/ada/{uuid}", {"option": str(uuid)})
    else:
        reader.answer("Repair")


@pytest.mark.parametrize("first", DOORS)
@pytest.mark.parametrize("second", DOORS)
@pytest.mark.parametrize("third", DOORS)
def test_one_browser_is_one_ballot_by_whatever_doors(
    person: ReaderAtPoll, author: Person, first: str, second: str, third: str
) -> None:
    for door in (first, second, third):
        go_through(door, person, author.user)

    assert read_tally(person.poll).n == 1


@pytest.fixture
def onlooker() -> Client:
    """Somebody in the admin who may see polls and nothing else."""
    user = get_user_model().objects.create_user("onlooker", "on@example.org", "x")
    names = ["access_admin", "view_poll"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("screen", ["inspect", "numbers", "board", "fairness", "export", "edit"])
def test_whoever_may_only_view_polls_sees_no_words_and_no_numbers(
    onlooker: Client, person: ReaderAtPoll, screen: str
) -> None:
    person.answer("Repair")
    person.send("words/", {"words": "I coach in secret.", "consent": "none"})

    response = onlooker.get(reverse(poll_viewset.get_url_name(screen), args=[person.poll.pk]))

    assert response.status_code in (302, 403)
    assert b"I coach" not in response.content
