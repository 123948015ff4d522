"""One reader, one ballot, on every rung: a browser, a mail, a confirmed address, an account."""

import pytest
from django.test import Client
from wagtail import hooks

from onward_polls.follow_ups import follow_up_token
from onward_polls.models import Ballot, FollowUp, Poll, ReaderLink
from onward_polls.readers import MailReader
from onward_polls.tally import read_tally, recount
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import closed_a_while_ago, option


pytestmark = pytest.mark.django_db

SECRET = "I coach them in the car."
SecondReader = type[ReaderAtPoll]


@pytest.fixture(autouse=True)
def _mail(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = {"token-ada": MailReader("subscriber:ada", "a***@d***", address="Ada@example.org")}
    monkeypatch.setitem(hooks._hooks, "onward_polls_resolve_mail_token", [(ada.get, 0)])


def link(poll: Poll, text: str) -> str:
    return f"/v/token-ada/{option(poll, text).uuid}"


def counts(poll: Poll) -> dict[str, int]:
    return {line.text: line.count for line in read_tally(poll).lines if line.count}


def leave_address(reader: ReaderAtPoll, address: str = "ada@example.org") -> str:
    reader.send("follow-up/", {"address": address})
    return f"/polls/follow-up/{follow_up_token(FollowUp.objects.latest('pk'))}/"


def seen_by(reader: ReaderAtPoll) -> str:
    """Return everything this browser is shown of the poll and of its answers."""
    pages = [reader.look(), reader.look("?change=1"), reader.look("?words=1")]
    return "".join([*pages, reader.browser.get("/polls/mine/").content.decode()])


def marks_own(page: str, text: str) -> bool:
    return f"<q>{text}</q>" in page or " checked" in page or "your answer</b>" in page


# A confirmed address


def test_confirming_one_address_from_two_browsers_leaves_the_latest_answer(
    poll: Poll, at_poll: SecondReader
) -> None:
    phone, desk = at_poll(poll), at_poll(poll)
    for reader, text in ((phone, "Repair"), (desk, "Selling")):
        reader.answer(text)
        Client().post(leave_address(reader, "Ada@example.org"))

    assert counts(poll) == {"Selling": 1}
    assert Ballot.objects.count() == 1
    phone.answer("Reports")
    assert counts(poll) == {"Reports": 1}
    assert read_tally(poll).n == recount(poll)[None, "web"] == 1


def test_an_address_that_was_only_typed_links_nothing(poll: Poll, at_poll: SecondReader) -> None:
    ada, mallory = at_poll(poll), at_poll(poll)
    ada.answer("Repair")
    Client().post(leave_address(ada))
    mallory.answer("Selling")

    Client().get(leave_address(mallory))

    assert counts(poll) == {"Repair": 1, "Selling": 1}


def test_whoever_names_somebody_elses_address_sees_nothing_of_theirs_even_if_it_is_confirmed(
    poll: Poll, at_poll: SecondReader
) -> None:
    mallory, ada = at_poll(poll), at_poll(poll)
    mallory.answer("Selling")
    path = leave_address(mallory)
    ada.answer("Repair")
    ada.send("words/", {"words": SECRET, "consent": "name", "credit": "Ada Quill"})
    Client().post(leave_address(ada))

    Client().post(path)

    page = seen_by(mallory)
    assert Ballot.objects.count() == 1
    assert not marks_own(page, "Repair")
    assert not any(secret in page for secret in (SECRET, "Ada Quill", "ada@example.org"))
    assert SECRET in seen_by(ada)


def test_words_of_another_browser_cannot_be_replaced_or_released(poll: Poll, at_poll: SecondReader) -> None:
    mallory, ada = at_poll(poll), at_poll(poll)
    ada.answer("Repair")
    ada.send("words/", {"words": SECRET, "consent": "none"})
    Client().post(leave_address(ada))
    mallory.answer("Selling")
    Client().post(leave_address(mallory))

    refused = mallory.send("words/", {"words": "Nonsense.", "consent": "anonymous"})
    address = mallory.send("follow-up/", {"address": "mallory@example.org"})
    mallory.send("words/stop/", {})

    ballot = Ballot.objects.get()
    assert (refused.status_code, address.status_code) == (409, 409)
    assert (ballot.words, ballot.consent, ballot.follow_up.address) == (SECRET, "none", "ada@example.org")


def test_confirming_after_the_poll_closed_leaves_the_result_as_it_is(
    poll: Poll, at_poll: SecondReader
) -> None:
    paths = []
    for text in ("Repair", "Selling"):
        reader = at_poll(poll)
        reader.answer(text)
        paths.append(leave_address(reader))
    closed_a_while_ago(poll)

    for path in paths:
        Client().post(path)

    assert counts(poll) == {"Repair": 1, "Selling": 1}
    assert FollowUp.objects.filter(confirmed_at=None).count() == 0


def test_deleting_the_address_deletes_its_hash_and_keeps_the_one_answer(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    path = leave_address(person)
    Client().post(path)
    known = Ballot.objects.get().reader_key

    Client().post(path, {"remove": "1"})

    assert not ReaderLink.objects.filter(reader_key=known).exists()
    assert Ballot.objects.get().reader_key != known
    person.answer("Selling")
    assert counts(person.poll) == {"Selling": 1}


def test_linking_in_a_circle_ends(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    for address in ("a@example.org", "b@example.org", "a@example.org"):
        Client().post(leave_address(person, address))
        person.browser.post(link(person.poll, "Selling"))

    person.answer("Reports")

    assert counts(person.poll) == {"Reports": 1}


def test_no_address_stands_in_a_key(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    Client().post(leave_address(person))

    rows = str([*Ballot.objects.values(), *ReaderLink.objects.values()])
    assert "ada@" not in rows
    assert "example" not in rows


# A mail


def test_the_page_of_a_mail_shows_neither_the_words_nor_the_earlier_choice(
    person: ReaderAtPoll, client: Client
) -> None:
    person.browser.post(link(person.poll, "Repair"))
    person.look()
    person.press("Repair")
    person.send("words/", {"words": SECRET, "consent": "name", "credit": "Ada Quill"})

    while_open = client.get(link(person.poll, "Selling")).content.decode()
    closed_a_while_ago(person.poll)
    closed = client.get(link(person.poll, "Selling")).content.decode()

    assert "a***@d***" in while_open
    assert while_open.count(" checked") == 1
    assert Ballot.objects.get().words == SECRET
    for page in (while_open, closed):
        assert not any(secret in page for secret in (SECRET, "Ada Quill"))


@pytest.mark.parametrize("mail_first", [True, False])
def test_an_answer_from_a_mail_and_one_confirmed_with_its_address_are_one(
    poll: Poll, at_poll: SecondReader, mail_first: bool
) -> None:
    phone, desk = at_poll(poll), at_poll(poll)
    desk.answer("Repair")
    path = leave_address(desk)
    doors = [lambda: phone.browser.post(link(poll, "Selling")), lambda: Client().post(path)]

    for open_door in doors if mail_first else reversed(doors):
        open_door()

    assert counts(poll) == {"Selling": 1}
    desk.answer("Reports")
    phone.browser.post(link(poll, "Coaching"))
    assert counts(poll) == {"Coaching": 1}
    assert Ballot.objects.count() == 1


def test_a_friend_who_answers_from_a_forwarded_mail_is_not_shown_the_words(
    poll: Poll, at_poll: SecondReader
) -> None:
    ada, friend = at_poll(poll), at_poll(poll)
    ada.browser.post(link(poll, "Repair"))
    ada.look()
    ada.press("Repair")
    ada.send(
        "words/", {"words": SECRET, "consent": "name", "credit": "Ada Quill", "address": "ada@example.org"}
    )

    friend.browser.post(link(poll, "Selling"))

    page = seen_by(friend)
    assert counts(poll) == {"Selling": 1}
    assert not any(secret in page for secret in (SECRET, "Ada Quill", "ada@example.org"))
    ada.answer("Coaching")
    assert not marks_own(seen_by(friend), "Coaching")


def test_a_friend_does_not_learn_the_role_that_was_said_elsewhere(poll: Poll, at_poll: SecondReader) -> None:
    Poll.objects.update(roles="Sales rep\nManager")
    ada, friend = at_poll(poll), at_poll(poll)
    friend.browser.post(link(poll, "Selling"))
    ada.browser.post(link(poll, "Repair"), {"role": "Manager"})

    before = friend.browser.get(link(poll, "Selling")).content.decode()

    assert Ballot.objects.get().role == "Manager"
    assert "<option selected>Manager" in ada.look("?change=1")
    assert "<option selected>" not in seen_by(friend) + before


def test_a_friend_who_pressed_by_mistake_can_let_go_and_answer_alone(
    poll: Poll, at_poll: SecondReader
) -> None:
    friend = at_poll(poll)
    friend.browser.post(link(poll, "Selling"))
    step = f"/polls/mine/{Ballot.objects.get().uuid}/leave/"
    friend.browser.get(step)

    friend.browser.post(step, {"csrfmiddlewaretoken": friend.browser.cookies["csrftoken"].value})
    friend.answer("Reports")

    assert counts(poll) == {"Selling": 1, "Reports": 1}
