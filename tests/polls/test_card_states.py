"""What the card says in each state: shuffled, set aside, asked again, unchangeable."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from onward_polls.models import Ballot, Option, Poll
from tests.polls.conftest import FETCH, ReaderAtPoll
from tests.polls.factories import ANSWERS, a_poll, an_article, option, vote
from tests.polls.kinds import OTHER, a_poll_with_other, a_scale


pytestmark = pytest.mark.django_db

MANY = tuple(f"Answer {letter}" for letter in "ABCDEFGH")


def order_of(html: str) -> list[str]:
    """Return the options of the form in the order it shows them."""
    return re.findall(r'name="option"[^>]*> <span>([^<]+)</span>', html)


def announced(html: str) -> str:
    """Return what a screen reader says when a script has put the card in its place."""
    found = re.search(r'data-announce="([^"]*)"', html)
    assert found
    return found.group(1)


class TestShuffled:
    @pytest.fixture
    def poll(self, db: None) -> Poll:
        poll = a_poll_with_other(options=MANY, shuffle=True)
        an_article(poll)
        return poll

    def known(self, reader: ReaderAtPoll) -> ReaderAtPoll:
        reader.press("Answer A")
        return reader

    def test_the_article_and_a_reader_without_a_cookie_get_the_authors_order(
        self, poll: Poll, client: Client
    ) -> None:
        page = an_article(poll)

        assert order_of(client.get(page.get_url()).content.decode()) == [*MANY, OTHER]
        assert order_of(client.get(f"/polls/{poll.pk}/").content.decode()) == [*MANY, OTHER]

    def test_a_reader_keeps_one_order_and_readers_differ(
        self, poll: Poll, at_poll: type[ReaderAtPoll]
    ) -> None:
        readers = [self.known(at_poll(poll)) for _number in range(5)]

        first, second = ([tuple(order_of(reader.look())) for reader in readers] for _look in range(2))

        assert first == second
        assert len(set(first)) > 1
        assert all(sorted(order) == sorted([*MANY, OTHER]) and order[-1] == OTHER for order in first)

    def test_the_result_keeps_the_authors_order(self, poll: Poll, person: ReaderAtPoll) -> None:
        person.answer("Answer C")

        texts = re.findall(r'class="onward-poll__text">([^<]+?)(?: <|<)', person.look())

        assert [text.strip() for text in texts] == [*MANY, OTHER]

    def test_a_scale_is_never_shuffled(self, at_poll: type[ReaderAtPoll]) -> None:
        poll = a_scale(steps="123456789", shuffle=True)
        an_article(poll)
        reader = at_poll(poll)
        reader.press("1")

        assert order_of(reader.look()) == list("123456789")
        assert "data-order" not in reader.look()


class TestSetAside:
    @pytest.mark.parametrize(
        ("reason", "sentence"),
        [("network", "waits until the author has looked"), ("author", "it is not in the count")],
    )
    def test_the_reader_is_told_calmly(self, person: ReaderAtPoll, reason: str, sentence: str) -> None:
        person.answer("Repair")
        Ballot.objects.update(excluded_at=timezone.now(), exclusion=reason)

        card = person.look()

        assert sentence in card
        assert "Your answer waits" in card
        assert sentence in announced(card)
        assert "counted" not in announced(card)


class TestAskedAgain:
    @pytest.fixture
    def earlier(self, db: None) -> Poll:
        poll = a_poll_with_other()
        an_article(poll)
        return poll

    @pytest.fixture
    def again(self, earlier: Poll) -> Poll:
        poll = a_poll(options=(*ANSWERS, "Forecast calls"), follows=earlier)
        poll.options.filter(text="Forecast calls").update(promoted_words=["i sit in forecast calls"])
        an_article(poll)
        return poll

    def wrote(self, at_poll: type[ReaderAtPoll], earlier: Poll, text: str, words: str) -> ReaderAtPoll:
        reader = at_poll(earlier)
        for _press in range(2):
            reader.send("", {"option": str(option(earlier, text).uuid), "other": words})
        return reader

    def test_words_that_became_an_answer_are_marked_with_a_notice(
        self, earlier: Poll, again: Poll, at_poll: type[ReaderAtPoll]
    ) -> None:
        reader = self.wrote(at_poll, earlier, OTHER, "I sit in  Forecast calls")
        reader.poll = again

        card = reader.look()

        assert f'value="{option(again, "Forecast calls").uuid}" checked' in card
        assert card.count(" checked") == 1
        assert "Last time you wrote “I sit in Forecast calls”. It is one of the answers now." in card
        assert Ballot.objects.filter(poll=again).count() == 0

    @pytest.mark.parametrize(("text", "words"), [(OTHER, "Something new"), ("Repair", "")])
    def test_other_earlier_answers_mark_nothing(
        self, earlier: Poll, again: Poll, at_poll: type[ReaderAtPoll], text: str, words: str
    ) -> None:
        reader = self.wrote(at_poll, earlier, text, words)
        reader.poll = again

        card = reader.look()

        assert " checked" not in card
        assert "Last time" not in card

    def test_somebody_elses_words_are_never_shown(self, earlier: Poll, again: Poll, client: Client) -> None:
        vote(earlier, OTHER, words="I sit in forecast calls")

        page = client.get(f"/polls/{again.pk}/").content.decode()

        assert "Last time" not in page
        assert " checked" not in page


class TestWhereAnswersCannotBeChanged:
    @pytest.fixture
    def poll(self, db: None) -> Poll:
        poll = a_poll(allow_change=False)
        an_article(poll)
        return poll

    def test_the_reopened_card_only_takes_the_answer_back(self, person: ReaderAtPoll) -> None:
        person.answer("Repair")

        card = person.look("?change=1")

        assert "You voted for <b>“Repair”</b>." in card
        assert "only take it back" in card
        assert 'name="option"' not in card
        assert "Take my answer back</button>" in card

    def test_an_answer_taken_back_offers_no_form_that_would_be_refused(self, person: ReaderAtPoll) -> None:
        person.answer("Repair")
        person.send("withdraw/", {})

        card = person.look()

        assert "cannot answer it again" in card
        assert 'name="option"' not in card


class TestAnnounced:
    def test_the_first_answer(self, poll: Poll, person: ReaderAtPoll) -> None:
        said = announced(person.answer("Repair", **FETCH).content.decode())

        assert said == "Your answer is counted. You are the first to answer."

    def test_how_many_chose_the_same(self, poll: Poll, person: ReaderAtPoll) -> None:
        for text in ("Repair", "Repair", "Selling"):
            vote(poll, text)

        assert announced(person.answer("Repair", **FETCH).content.decode()).endswith("3 of 4 chose the same.")
        assert announced(person.answer("Coaching", **FETCH).content.decode()) == (
            "Your answer is changed. 1 of 4 chose this."
        )

    def test_each_of_several_answers(self, at_poll: type[ReaderAtPoll]) -> None:
        poll = a_poll(kind=Poll.Kind.MULTIPLE)
        an_article(poll)
        vote(poll, "Repair")

        said = announced(at_poll(poll).answer("Repair", "Selling", **FETCH).content.decode())

        assert said.replace("“", "").replace("”", "") == (
            "Your answer is counted. Repair: 2 of 2. Selling: 1 of 2."
        )

    def test_no_count_where_the_result_is_hidden(self, poll: Poll, person: ReaderAtPoll) -> None:
        Poll.objects.update(results_visibility=Poll.ResultsVisibility.EDITORS)
        vote(poll, "Repair")

        assert announced(person.answer("Repair", **FETCH).content.decode()) == "Your answer is counted."

    def test_the_article_announces_nothing(self, poll: Poll, client: Client) -> None:
        assert announced(client.get(an_article(poll).get_url()).content.decode()) == ""


def test_a_poll_of_retired_options_alone_says_so(poll: Poll, person: ReaderAtPoll) -> None:
    Option.objects.update(retired_at=timezone.now())

    assert "no answers to choose from yet" in person.look()
