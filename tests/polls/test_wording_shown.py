"""A ballot bears the wording that its reader was shown, however old the page was that it was sent from."""

import re

import pytest
from django.test import Client

from onward_polls.actions import reword
from onward_polls.models import Ballot, Poll
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_words_poll, an_article, option, vote


pytestmark = pytest.mark.django_db

#: The field of a form, as a browser finds it in the page.
FIELD = re.compile(r'name="wording" value="(\d+)"')


@pytest.fixture
def answered(poll: Poll) -> Poll:
    """A poll that somebody has answered, so that its wording is kept when it changes."""
    vote(poll, "Selling")
    return poll


def shown_in(page: str) -> int:
    (version,) = set(FIELD.findall(page))
    return int(version)


def press(reader: ReaderAtPoll, text: str, **fields: object) -> None:
    """Press until it counts, as a script does: the same form again, with the token."""
    for _press in range(2):
        response = reader.send("", {"option": str(option(reader.poll, text).uuid), **fields})
    assert response.status_code == 303


def latest() -> Ballot:
    return Ballot.objects.latest("pk")


def test_a_page_opened_before_the_rewording_answers_the_old_wording(
    answered: Poll, person: ReaderAtPoll
) -> None:
    seen = shown_in(person.look())
    reword(Poll.objects.get(pk=answered.pk), question="What took most of last week?")

    press(person, "Repair", wording=seen)

    assert (seen, latest().wording_version) == (1, 1)


def test_a_page_opened_afterwards_answers_the_new_one(answered: Poll, person: ReaderAtPoll) -> None:
    reword(answered, question="What took most of last week?")
    seen = shown_in(person.look())

    press(person, "Repair", wording=seen)

    assert (seen, latest().wording_version) == (2, 2)


def test_whoever_is_asked_to_confirm_is_shown_the_new_wording_and_answers_that(
    answered: Poll, person: ReaderAtPoll
) -> None:
    seen = shown_in(person.look())
    reword(answered, options={option(answered, "Repair"): "Mending what others sold"})
    page = person.press("Mending what others sold", wording=seen).content.decode()

    person.send(
        "", {"option": str(option(answered, "Mending what others sold").uuid), "wording": shown_in(page)}
    )

    assert "Mending what others sold" in page
    assert latest().wording_version == 2


@pytest.mark.parametrize("sent", ["", "0", "3", "99999999", "-1", "\u0661", "2.0", "two"])
def test_a_wording_that_never_was_is_the_present_one(answered: Poll, person: ReaderAtPoll, sent: str) -> None:
    reword(answered, question="What took most of last week?")

    press(person, "Repair", wording=sent)

    assert latest().wording_version == 2


def test_a_change_of_mind_answers_the_wording_it_was_given_under(
    answered: Poll, person: ReaderAtPoll
) -> None:
    press(person, "Repair", wording=1)
    reword(answered, question="What took most of last week?")

    press(person, "Reports", wording=shown_in(person.look("?change=1")))

    assert latest().wording_version == 2


def test_words_only_keep_the_wording_they_answer(db: None, at_poll: type[ReaderAtPoll]) -> None:
    poll = a_words_poll()
    an_article(poll)
    first, late = at_poll(poll), at_poll(poll)
    seen = shown_in(late.look())
    for _press in range(2):
        first.send("words/", {"words": "I coach.", "wording": shown_in(first.look())})
    reword(poll, question="What do you do about it?")

    for _press in range(2):
        late.send("words/", {"words": "I delegate.", "wording": seen})

    assert Ballot.objects.get(words="I delegate.").wording_version == 1


def test_every_reader_is_sent_the_same_field(answered: Poll) -> None:
    pages = [Client().get(f"/polls/{answered.pk}/").content.decode() for _reader in range(2)]

    assert [shown_in(page) for page in pages] == [1, 1]
