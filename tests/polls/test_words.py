"""A reader adds a sentence, and says what may be quoted of it."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from onward_polls import signals
from onward_polls.actions import add_words, request_follow_up, withdraw_consent
from onward_polls.errors import AnswerTakenBack, BallotIncomplete, WordsTooLate
from onward_polls.models import Ballot, FollowUp, Poll
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_words_poll, an_article, closed_a_while_ago, vote


pytestmark = pytest.mark.django_db


def test_words_are_not_quoted_unless_the_reader_says_so(person: ReaderAtPoll) -> None:
    person.answer("Repair")

    person.send("words/", {"words": "I block Friday for coaching."})

    ballot = Ballot.objects.get()
    assert (ballot.words, ballot.consent, ballot.credit) == ("I block Friday for coaching.", "none", "")
    assert not Ballot.objects.quotable().exists()
    assert "Do not quote me" in person.look()


@pytest.mark.parametrize(
    ("consent", "kept"), [("name", "Tess Okafor"), ("initials", "T. O."), ("anonymous", ""), ("none", "")]
)
def test_only_as_much_of_a_name_is_kept_as_the_consent_needs(poll: Poll, consent: str, kept: str) -> None:
    ballot = vote(poll, "Repair")

    add_words(ballot, words="I coach.", consent=consent, credit="  Tess   Okafor ")

    assert Ballot.objects.get().credit == kept


def test_a_name_is_asked_for_where_the_consent_needs_one(person: ReaderAtPoll) -> None:
    person.answer("Repair")

    response = person.send("words/", {"words": "I coach on Fridays.", "consent": "name", "credit": " "})

    assert response.status_code == 400
    page = response.content.decode()
    assert "Please add the name" in page
    assert "I coach on Fridays." in page
    assert Ballot.objects.get().words == ""


def test_words_before_an_answer_ask_for_the_answer_first(person: ReaderAtPoll) -> None:
    person.press("Repair")

    response = person.send("words/", {"words": "I coach."})

    assert response.status_code == 400
    assert "answer the question first" in response.content.decode()


def test_words_without_a_token_are_shown_again_for_one_more_press(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    token, person.token = person.token, ""

    response = person.send("words/", {"words": "I coach <b>always</b>.", "consent": "anonymous"})

    page = response.content.decode()
    assert "press the button once more" in page
    assert "I coach &lt;b&gt;always&lt;/b&gt;." in page
    assert Ballot.objects.get().words == ""
    person.token = token
    person.send("words/", {"words": "I coach <b>always</b>.", "consent": "anonymous"})
    assert Ballot.objects.get().words == "I coach <b>always</b>."
    assert "<b>always" not in person.look()


@pytest.mark.parametrize("text", ["", "   \n ", "\x00", "x" * 2001])
def test_words_that_are_none_or_too_many_are_refused(poll: Poll, text: str) -> None:
    ballot = vote(poll, "Repair")

    with pytest.raises(BallotIncomplete):
        add_words(ballot, words=text, consent="none")


def test_control_characters_are_left_out(poll: Poll) -> None:
    ballot = vote(poll, "Repair")

    add_words(ballot, words="I\x00 coach\r\nand\x1b sell", consent="none")

    assert Ballot.objects.get().words == "I coach\nand sell"


def test_words_after_closing_are_refused(poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    closed_a_while_ago(poll)

    with pytest.raises(WordsTooLate, match="your words were not added"):
        add_words(ballot, words="Too late.", consent="none")


def test_consent_can_be_withdrawn_long_after_closing(
    person: ReaderAtPoll, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    person.answer("Repair")
    person.send("words/", {"words": "I coach.", "consent": "name", "credit": "Tess"})
    closed_a_while_ago(person.poll)
    heard = []
    receiver = lambda **news: heard.append(news["ballot"].pk)  # noqa: E731
    signals.consent_withdrawn.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        person.send("words/stop/", {})
    signals.consent_withdrawn.disconnect(receiver)

    ballot = Ballot.objects.get()
    assert (ballot.words, ballot.consent, ballot.credit) == ("I coach.", "none", "")
    assert heard == [ballot.pk]


def test_withdrawing_consent_twice_is_noted_once(
    poll: Poll, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    ballot = add_words(vote(poll, "Repair"), words="I coach.", consent="anonymous")
    heard = []
    receiver = lambda **news: heard.append(news)  # noqa: E731
    signals.consent_withdrawn.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(ballot)
        withdraw_consent(ballot)
    signals.consent_withdrawn.disconnect(receiver)

    assert len(heard) == 1


class TestAPollForWordsOnly:
    @pytest.fixture
    def poll(self, db: None) -> Poll:
        poll = a_words_poll()
        an_article(poll)
        return poll

    def test_the_words_are_the_ballot(self, person: ReaderAtPoll) -> None:
        sent = {"words": "We split the role in two.", "consent": "initials", "credit": "R. Brandt"}
        first = person.send("words/", sent)

        response = person.send("words/", sent)

        assert "One more press" in first.content.decode()
        assert response.status_code == 303
        ballot = Ballot.objects.get()
        assert (ballot.words, ballot.credit) == ("We split the role in two.", "R. B.")
        assert "Thank you for your words" in person.look()

    def test_an_empty_ballot_is_not_counted(self, person: ReaderAtPoll) -> None:
        person.send("words/", {"words": "x"})

        response = person.send("words/", {"words": " "})

        assert response.status_code == 400
        assert Ballot.objects.count() == 0

    @pytest.fixture
    def asks_role(self, poll: Poll) -> Poll:
        Poll.objects.update(roles="Sales rep\nManager")
        return poll

    def test_a_role_is_asked_for_kept_and_shown_to_its_reader(
        self, asks_role: Poll, person: ReaderAtPoll
    ) -> None:
        form = person.look()
        asked = person.send("words/", {"words": "We split.", "role": "Manager"}).content.decode()

        person.send("words/", {"words": "We split.", "role": "Manager"})

        assert '<option value="" selected>Not said</option><option>Sales rep</option>' in form
        assert "<option selected>Manager</option>" in asked
        assert Ballot.objects.get().role == "Manager"
        assert "<option selected>Manager</option>" in person.look("?words=1")
        assert "You said you are: Manager." in person.browser.get("/polls/mine/").content.decode()

    def test_a_role_may_be_said_later_and_taken_back(self, asks_role: Poll, person: ReaderAtPoll) -> None:
        roles = []
        for role in ("", "", "Sales rep", ""):
            person.send("words/", {"words": "We split.", "role": role})
            roles += Ballot.objects.values_list("role", flat=True)

        assert roles == ["", "Sales rep", ""]
        assert Ballot.objects.get().words == "We split."

    def test_a_role_the_poll_does_not_offer_is_refused_with_the_words_kept(
        self, asks_role: Poll, person: ReaderAtPoll
    ) -> None:
        person.send("words/", {"words": "We split."})

        response = person.send("words/", {"words": "We split.", "role": "Emperor"})

        page = response.content.decode()
        assert response.status_code == 400
        assert "The role you chose" in page
        assert "We split." in page
        assert Ballot.objects.count() == 0

    def test_without_roles_none_is_asked_for(self, poll: Poll, person: ReaderAtPoll) -> None:
        assert 'name="role"' not in person.look()

    def test_a_vote_without_words_is_no_answer(self, poll: Poll, person: ReaderAtPoll) -> None:
        person.send("words/", {"words": "x"})

        response = person.send("", {})

        assert response.status_code == 400
        assert "Please write your answer first" in response.content.decode()
        assert Ballot.objects.count() == 0

    def test_nothing_is_half_saved_when_the_address_is_wrong(self, person: ReaderAtPoll) -> None:
        person.send("words/", {"words": "We split."})

        response = person.send("words/", {"words": "We split.", "address": "not an address"})

        assert response.status_code == 400
        page = response.content.decode()
        assert "does not look like an e-mail address" in page
        assert "not an address" in page
        assert Ballot.objects.count() == FollowUp.objects.count() == 0


def test_words_sent_while_withdrawing_in_another_tab_are_not_kept(person: ReaderAtPoll) -> None:
    person.answer("Repair")
    ballot = Ballot.objects.get()
    person.send("withdraw/", {})

    with pytest.raises(AnswerTakenBack, match="taken your answer back"):
        add_words(ballot, words="I coach.", consent="none")
    with pytest.raises(AnswerTakenBack):
        request_follow_up(ballot, "ada@example.org")

    assert Ballot.objects.get().words == ""


def test_consent_can_be_withdrawn_on_a_ballot_that_is_set_aside(poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    Ballot.objects.update(
        words="I coach.", consent="anonymous", excluded_at=timezone.now(), exclusion="author"
    )

    withdraw_consent(ballot)

    assert Ballot.objects.get().consent == "none"
