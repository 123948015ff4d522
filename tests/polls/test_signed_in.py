"""A reader who is signed in is one reader, in every browser and after signing out."""

import pytest
from django.test import Client
from wagtail import hooks

from onward_polls.models import Ballot, Poll
from onward_polls.readers import MailReader
from tests.conftest import Person
from tests.polls.conftest import FETCH, ReaderAtPoll
from tests.polls.test_one_reader import SECRET, SecondReader, counts, link, marks_own, seen_by


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = {"token-ada": MailReader("subscriber:ada", "a***@d***")}
    monkeypatch.setitem(hooks._hooks, "onward_polls_resolve_mail_token", [(ada.get, 0)])


def signed_in(reader: ReaderAtPoll, person: Person) -> None:
    reader.browser.force_login(person.user)


def sign_out(reader: ReaderAtPoll) -> None:
    """End the session and keep the browser's other cookies, which the test client's own way would not."""
    del reader.browser.cookies["sessionid"]


def test_what_a_browser_answered_climbs_to_whoever_signs_in_and_acts(
    person: ReaderAtPoll, author: Person
) -> None:
    person.answer("Repair")
    person.send("words/", {"words": SECRET, "consent": "none"})
    signed_in(person, author)
    before = seen_by(person)

    person.answer("Selling")

    assert SECRET in before
    assert counts(person.poll) == {"Selling": 1}
    assert SECRET in seen_by(person)


def test_an_account_has_one_ballot_in_two_browsers(poll: Poll, at_poll: SecondReader, author: Person) -> None:
    for text in ("Repair", "Selling"):
        reader = at_poll(poll)
        reader.answer("Coaching")
        signed_in(reader, author)
        reader.answer(text)

    assert counts(poll) == {"Selling": 1}
    assert Ballot.objects.count() == 1


def test_signed_out_the_browser_neither_shows_nor_changes_nor_repeats_the_answer(
    person: ReaderAtPoll, author: Person
) -> None:
    signed_in(person, author)
    person.answer("Repair")
    person.send("words/", {"words": SECRET, "consent": "none"})
    sign_out(person)

    response = person.answer("Selling", **FETCH)

    assert response.status_code == 409
    assert "signed in" in response.content.decode()
    assert counts(person.poll) == {"Repair": 1}
    page = seen_by(person)
    assert SECRET not in page
    assert not marks_own(page, "Repair")


def test_somebody_else_makes_the_browser_a_new_reader_and_answers(
    person: ReaderAtPoll, author: Person
) -> None:
    signed_in(person, author)
    person.answer("Repair")
    cookie = person.browser.cookies["rid"].value
    sign_out(person)
    page = person.browser.get("/polls/mine/forget/").content.decode()

    person.browser.post(
        "/polls/mine/forget/", {"csrfmiddlewaretoken": person.browser.cookies["csrftoken"].value}
    )
    person.answer("Selling")

    assert "Make this browser a new reader?" in page
    assert person.browser.cookies["rid"].value != cookie
    assert counts(person.poll) == {"Repair": 1, "Selling": 1}


def test_two_accounts_in_one_browser_stay_two_readers(
    person: ReaderAtPoll, author: Person, editor: Person
) -> None:
    signed_in(person, author)
    person.answer("Repair")
    person.send("words/", {"words": SECRET, "consent": "none"})
    sign_out(person)
    signed_in(person, editor)

    person.answer("Selling")

    assert counts(person.poll) == {"Repair": 1, "Selling": 1}
    assert SECRET not in seen_by(person)


def test_a_subscriber_who_signs_in_is_one_reader(person: ReaderAtPoll, author: Person) -> None:
    person.browser.post(link(person.poll, "Repair"))
    person.look()
    signed_in(person, author)

    person.answer("Selling")
    Client().post(link(person.poll, "Reports"))

    assert counts(person.poll) == {"Reports": 1}
    assert Ballot.objects.count() == 1


def test_answering_a_mail_while_signed_in_makes_one_of_the_two(person: ReaderAtPoll, author: Person) -> None:
    signed_in(person, author)
    person.answer("Repair")

    person.browser.post(link(person.poll, "Selling"))

    assert counts(person.poll) == {"Selling": 1}
    assert "your answer" in person.look()
