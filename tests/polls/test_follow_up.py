"""A reader asks to be told what came of an answer."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from wagtail import hooks

from onward_polls.actions import request_follow_up, withdraw_ballot
from onward_polls.errors import AddressUnusable
from onward_polls.follow_ups import find_follow_up, follow_up_token, send_waiting_confirmations
from onward_polls.models import Ballot, FollowUp, Poll
from onward_polls.tasks import fold
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import vote


pytestmark = pytest.mark.django_db


def wish(poll: Poll, address: str = "tess@example.org") -> FollowUp:
    return request_follow_up(vote(poll, "Repair"), address)


@pytest.fixture
def no_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polls in a project where nobody takes their mail."""
    monkeypatch.setitem(hooks._hooks, "onward_polls_send_mail", [])


@pytest.mark.usefixtures("no_hook")
def test_the_mail_asks_and_the_button_confirms(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    person.send("words/", {"words": "I coach.", "address": "Tess@EXAMPLE.org "})
    fold()
    message = mail.outbox[0]
    link = re.search(r"http\S+", message.body)
    assert link is not None
    path = link[0].removeprefix("http://127.0.0.1:8000")

    page = Client().get(path).content.decode()
    unread = FollowUp.objects.get().confirmed_at
    thanks = Client().post(path).content.decode()

    assert message.to == ["Tess@example.org"]
    assert "Yes, tell me" in page
    assert unread is None
    assert FollowUp.objects.get().confirmed_at is not None
    assert "Thank you" in thanks


def test_an_address_can_be_given_without_words(person: ReaderAtPoll) -> None:
    person.answer("Repair")

    person.send("follow-up/", {"address": "tess@example.org"})

    assert FollowUp.objects.get().address == "tess@example.org"


@pytest.mark.usefixtures("no_hook")
def test_one_mail_is_sent_however_often_the_task_runs(poll: Poll) -> None:
    wish(poll)

    assert [send_waiting_confirmations(), send_waiting_confirmations()] == [1, 0]
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("no_hook")
def test_a_mail_that_the_server_refuses_waits_for_the_next_round(poll: Poll, settings: object) -> None:
    wish(poll)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )

    with pytest.raises(OSError, match="refused"):
        send_waiting_confirmations()
    settings.EMAIL_BACKEND = backend

    assert send_waiting_confirmations() == 1


def test_the_hook_takes_the_mail_within_the_readers_request(
    poll: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    take = lambda **message: taken.append(message) or True  # noqa: E731
    monkeypatch.setitem(hooks._hooks, "onward_polls_send_mail", [(take, 0)])

    follow_up = wish(poll)

    assert taken[0]["purpose"] == "poll_follow_up"
    assert taken[0]["address"] == "tess@example.org"
    assert follow_up_token(follow_up) in taken[0]["text"]
    assert follow_up.asked_at is not None
    assert send_waiting_confirmations() == 0


def test_the_owner_of_the_address_can_delete_it(poll: Poll) -> None:
    path = f"/polls/follow-up/{follow_up_token(wish(poll))}/"

    page = Client().post(path, {"remove": "1"}).content.decode()

    assert "Your address is deleted" in page
    assert FollowUp.objects.count() == 0
    assert Client().get(path).status_code == 404


def test_another_address_makes_the_earlier_link_useless(poll: Poll) -> None:
    first = wish(poll)
    token = follow_up_token(first)

    request_follow_up(Ballot.objects.get(), "other@example.org")

    assert find_follow_up(token) is None
    assert FollowUp.objects.get().confirmed_at is None


def test_a_forged_link_is_told_so(client: Client, poll: Poll) -> None:
    response = client.get("/polls/follow-up/1:forged/")

    assert response.status_code == 404
    assert "not valid any more" in response.content.decode()


@pytest.mark.parametrize(
    "address", ["", "tess", "tess@", "a@b\r\nBcc: x@example.org", "x" * 300 + "@example.org"]
)
def test_an_address_that_is_none_is_refused(poll: Poll, address: str) -> None:
    with pytest.raises(AddressUnusable):
        wish(poll, address)


@pytest.mark.usefixtures("no_hook")
def test_a_stranger_cannot_fill_a_mailbox_from_many_browsers(poll: Poll) -> None:
    for _browser in range(6):
        wish(poll, "victim@example.org")

    send_waiting_confirmations()

    assert len(mail.outbox) == 3


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the site would write to, where somebody takes the mail at once."""
    addresses: list[str] = []

    def take(address: str, **mail: str) -> bool:
        addresses.append(address)
        return True

    monkeypatch.setitem(hooks._hooks, "onward_polls_send_mail", [(take, 0)])
    return addresses


def test_nor_from_one_browser_that_gives_two_addresses_in_turn(poll: Poll, mailed: list[str]) -> None:
    ballot = vote(poll, "Repair")
    for _time in range(6):
        request_follow_up(ballot, "victim@example.org")
        request_follow_up(ballot, "other@example.org")

    assert len(mailed) == 3


def test_nor_by_taking_the_answer_back_each_time(poll: Poll, mailed: list[str]) -> None:
    for time in range(6):
        ballot = vote(poll, "Repair", identity=f"rid:{time:032x}")
        request_follow_up(ballot, "victim@example.org")
        withdraw_ballot(ballot)

    assert len(mailed) == 3


def test_confirming_sends_the_signal_once(
    poll: Poll, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    from onward_polls import signals

    path = f"/polls/follow-up/{follow_up_token(wish(poll))}/"
    heard = []
    receiver = lambda **news: heard.append(news["follow_up"].address)  # noqa: E731
    signals.follow_up_confirmed.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        Client().post(path)
        Client().post(path)
    signals.follow_up_confirmed.disconnect(receiver)

    assert heard == ["tess@example.org"]
