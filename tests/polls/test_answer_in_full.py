"""Everything a reader says in one form: the answer, words beside "other", a role, and what was answered before."""

from typing import Any

import pytest

from onward_polls import signals
from onward_polls.actions import add_words, cast_ballot, cast_from_mail, link_reader, withdraw_ballot
from onward_polls.errors import BallotIncomplete, ChangeNotAllowed, RoleUnknown
from onward_polls.models import Ballot, Option, Poll
from tests.polls.factories import a_poll, option, somebody, vote


pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(poll: Poll) -> Poll:
    """A poll with roles, and an option beside which readers write."""
    Poll.objects.update(roles="Sales rep\nEngineer\n")
    Option.objects.filter(text="Coaching").update(is_other=True, text="Other")
    return Poll.objects.get()


def test_words_role_and_wording_are_kept_with_the_answer(asked: Poll) -> None:
    Poll.objects.update(wording_version=3)

    vote(Poll.objects.get(), "Other", words="  I mend\x00\r\n pumps. ", role="Engineer", page_ref=7)

    ballot = Ballot.objects.get()
    assert (ballot.words, ballot.role, ballot.wording_version) == ("I mend pumps.", "Engineer", 3)
    assert (ballot.consent, ballot.page_ref) == (Ballot.Consent.NONE, 7)


def test_words_without_the_other_option_are_left_out(asked: Poll) -> None:
    vote(asked, "Repair", words="I mend pumps.")

    assert Ballot.objects.get().words == ""


def test_the_other_option_needs_no_words(asked: Poll) -> None:
    vote(asked, "Other")

    assert Ballot.objects.counted().count() == 1


@pytest.mark.parametrize(
    ("said", "error"),
    [({"words": "w" * 201}, BallotIncomplete), ({"role": "Astronaut"}, RoleUnknown)],
    ids=["too long", "no such role"],
)
def test_what_cannot_be_kept_saves_nothing(asked: Poll, said: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        vote(asked, "Other", **said)

    assert Ballot.objects.count() == 0


@pytest.mark.parametrize("said", [{"words": "Something else."}, {"role": "Sales rep"}, {"words": ""}])
def test_the_same_option_with_other_words_or_role_is_a_change(asked: Poll, said: dict[str, str]) -> None:
    before = {"identity": somebody(), "words": "I mend pumps.", "role": "Engineer"}
    vote(asked, "Other", **before)

    vote(asked, "Other", **before | said)

    ballot = Ballot.objects.get()
    assert ballot.changed_at is not None
    assert {name: getattr(ballot, name) for name in said} == said


def test_pressing_again_is_no_change_even_where_none_is_allowed(asked: Poll) -> None:
    Poll.objects.update(allow_change=False)
    poll, said = Poll.objects.get(), {"identity": somebody(), "words": "I mend pumps.", "role": "Engineer"}
    vote(poll, "Other", **said)

    vote(poll, "Other", **said)

    assert Ballot.objects.get().changed_at is None
    with pytest.raises(ChangeNotAllowed):
        vote(poll, "Other", **said | {"words": "I mend clocks."})


def test_a_consent_is_for_the_words_it_was_given_for(
    asked: Poll, django_capture_on_commit_callbacks: Any
) -> None:
    identity, heard = somebody(), []
    receiver = lambda **news: heard.append(news["ballot"].words)  # noqa: E731
    add_words(
        vote(asked, "Other", identity=identity, words="A"), words="B", consent="name", credit="Tess Okafor"
    )
    signals.consent_withdrawn.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        vote(asked, "Repair", identity=identity)
        vote(asked, "Other", identity=identity, words="C")
    signals.consent_withdrawn.disconnect(receiver)

    ballot = Ballot.objects.get()
    assert (ballot.words, ballot.consent, ballot.credit) == ("C", "none", "")
    assert heard == ["C"]


def test_long_words_from_the_other_form_survive_the_short_field(asked: Poll) -> None:
    identity, essay = somebody(), "Pumps,\nand " + "clocks " * 60
    add_words(vote(asked, "Other", identity=identity), words=essay, consent="anonymous")

    vote(asked, "Other", identity=identity, words=essay.replace("\n", "\r\n"), role="Engineer")

    ballot = Ballot.objects.get()
    assert (ballot.words, ballot.consent, ballot.role) == (essay.strip(), "anonymous", "Engineer")


class TestAskedAgain:
    @pytest.fixture
    def again(self, poll: Poll) -> Poll:
        return a_poll("And now?", follows=poll)

    def test_a_ballot_knows_the_same_readers_earlier_one(self, poll: Poll, again: Poll) -> None:
        identity = somebody()
        earlier = vote(poll, "Repair", identity=identity)
        vote(poll, "Repair")

        assert vote(again, "Selling", identity=identity).previous == earlier
        assert vote(again, "Selling").previous is None

    def test_a_mail_finds_what_was_answered_in_the_browser(self, poll: Poll, again: Poll) -> None:
        browser = somebody()
        earlier = vote(poll, "Repair", identity=browser)

        ballot = cast_from_mail(
            again, identity="subscriber:a", browser=browser, options=[option(again, "Selling")], role=""
        )

        assert ballot.previous == earlier

    def test_links_of_the_earlier_poll_are_followed(self, poll: Poll, again: Poll) -> None:
        browser = somebody()
        earlier = vote(poll, "Repair", identity="subscriber:a")
        link_reader(poll, alias=browser, identity="subscriber:a")

        assert vote(again, "Selling", identity=browser).previous == earlier

    def test_linking_later_keeps_the_earlier_answer(self, poll: Poll, again: Poll) -> None:
        browser = somebody()
        earlier = vote(poll, "Repair", identity=browser)
        vote(again, "Selling", identity=browser)
        vote(again, "Reports", identity="subscriber:a")

        link_reader(again, alias=browser, identity="subscriber:a")

        assert Ballot.objects.get(poll=again).previous == earlier

    def test_an_answer_taken_back_and_given_again_keeps_it(self, poll: Poll, again: Poll) -> None:
        identity = somebody()
        earlier = vote(poll, "Repair", identity=identity)
        withdraw_ballot(vote(again, "Selling", identity=identity))

        assert vote(again, "Reports", identity=identity).previous == earlier

    def test_it_costs_one_query_and_only_here(self, again: Poll, django_assert_num_queries: Any) -> None:
        choice = [option(again, "Repair")]

        # Two are the savepoint that the test itself causes.
        with django_assert_num_queries(7 + 1 + 2):
            cast_ballot(again, identity=somebody(), options=choice)
