"""A reader changes an answer, or takes it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from onward_polls import signals
from onward_polls.actions import withdraw_ballot
from onward_polls.errors import ChangeNotAllowed, WithdrawalTooLate
from onward_polls.models import Ballot, FollowUp, Poll, Vote
from onward_polls.tally import read_tally
from tests.polls.conftest import FETCH, ReaderAtPoll
from tests.polls.factories import a_poll, an_article, closed_a_while_ago, somebody, vote


pytestmark = pytest.mark.django_db


def counts(poll: Poll) -> dict[str, int]:
    return {line.text: line.count for line in read_tally(poll).lines if line.count}


def test_reader_may_change_vote_until_the_poll_closes(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    first = Ballot.objects.get()

    person.answer("Selling")

    assert counts(person.poll) == {"Selling": 1}
    assert Ballot.objects.get().cast_at == first.cast_at
    assert Ballot.objects.get().changed_at is not None


def test_the_change_form_shows_the_present_answer_marked(person: ReaderAtPoll) -> None:
    person.answer("Selling")

    page = person.look("?change=1")

    assert page.count(" checked") == 1
    assert "Update my answer" in page
    assert "Take my answer back" in page


def test_an_answer_taken_back_is_gone_and_can_be_given_again(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    person.answer("Selling")

    person.send("withdraw/", {})

    assert counts(person.poll) == {}
    assert Vote.objects.count() == 0
    assert "You took your answer back" in person.look()
    person.answer("Repair")
    assert counts(person.poll) == {"Repair": 1}
    assert Ballot.objects.get().withdrawn_at is None


def test_taking_an_answer_back_takes_its_words_and_address_too(poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    Ballot.objects.update(words="I coach on Fridays.", consent=Ballot.Consent.NAME, credit="Tess Okafor")
    FollowUp.objects.create(ballot=ballot, address="tess@example.org", requested_at=timezone.now())

    withdraw_ballot(Ballot.objects.get())

    ballot.refresh_from_db()
    assert (ballot.words, ballot.consent, ballot.credit) == ("", "none", "")
    assert FollowUp.objects.count() == 0


def test_taking_back_words_that_could_be_quoted_says_so_to_the_author(
    poll: Poll, django_capture_on_commit_callbacks: object
) -> None:
    vote(poll, "Repair")
    Ballot.objects.update(words="I coach on Fridays.", consent=Ballot.Consent.ANONYMOUS)
    heard = []
    receiver = lambda **news: heard.append(news["signal"])  # noqa: E731
    for signal in (signals.ballot_withdrawn, signals.consent_withdrawn):
        signal.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_ballot(Ballot.objects.get())
    for signal in (signals.ballot_withdrawn, signals.consent_withdrawn):
        signal.disconnect(receiver)

    assert heard == [signals.ballot_withdrawn, signals.consent_withdrawn]


def test_a_second_withdrawal_changes_nothing(poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    vote(poll, "Repair")

    withdraw_ballot(ballot)
    withdraw_ballot(ballot)

    assert counts(poll) == {"Repair": 1}


def test_a_withdrawal_after_closing_is_refused_with_a_sentence(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    closed_a_while_ago(person.poll)

    response = person.send("withdraw/", {})

    assert response.status_code == 409
    assert "its result stands" in response.content.decode()
    assert counts(person.poll) == {"Repair": 1}
    with pytest.raises(WithdrawalTooLate):
        withdraw_ballot(Ballot.objects.get())


def test_a_withdrawal_without_a_token_only_shows_the_button(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    person.token = ""

    response = person.send("withdraw/", {})

    assert "Take my answer back" in response.content.decode()
    assert counts(person.poll) == {"Repair": 1}


class TestWhereAnswersCannotBeChanged:
    @pytest.fixture
    def poll(self, db: None) -> Poll:
        poll = a_poll(allow_change=False)
        an_article(poll)
        return poll

    def test_another_answer_is_refused_and_the_first_stays(self, person: ReaderAtPoll) -> None:
        person.answer("Repair")

        response = person.answer("Selling", **FETCH)

        assert response.status_code == 409
        assert "cannot be changed" in response.content.decode()
        assert counts(person.poll) == {"Repair": 1}

    def test_the_same_answer_again_is_harmless(self, person: ReaderAtPoll) -> None:
        person.answer("Repair")

        assert person.answer("Repair").status_code == 303

    def test_taking_back_does_not_open_the_way_to_another_answer(self, poll: Poll) -> None:
        identity = somebody()
        withdraw_ballot(vote(poll, "Repair", identity=identity))

        with pytest.raises(ChangeNotAllowed):
            vote(poll, "Selling", identity=identity)

        assert counts(poll) == {}

    def test_the_card_says_so_before_the_reader_answers(self, person: ReaderAtPoll) -> None:
        assert "An answer cannot be changed." in person.look()


def test_the_card_says_until_when_an_answer_can_be_changed(person: ReaderAtPoll) -> None:
    closing = timezone.now() + timedelta(days=40)
    Poll.objects.update(closes_at=closing)

    assert f"You can change your answer until {closing.day} {closing:%B}" in person.look()
