"""The card of every kind of poll, as a reader without JavaScript meets it."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images.models import Image

from onward_polls.components import PollCard
from onward_polls.models import Ballot, Poll
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_poll, an_article, option
from tests.polls.kinds import OTHER, a_picture_poll, a_poll_with_other, a_scale


pytestmark = pytest.mark.django_db


class TestAScale:
    def test_both_ends_are_labelled_and_read_out_with_their_numbers(self, client: Client) -> None:
        poll = a_scale()

        html = client.get(an_article(poll).get_url()).content.decode()

        assert f'id="poll-{poll.pk}-low">1 = None of it</p>' in html
        assert f'id="poll-{poll.pk}-high">5 = All of it</p>' in html
        first, last = option(poll, "1").uuid, option(poll, "5").uuid
        assert f'value="{first}" required aria-describedby="poll-{poll.pk}-low"' in html
        assert f'value="{last}" required aria-describedby="poll-{poll.pk}-high"' in html
        assert html.count("aria-describedby") == 2

    def test_words_as_steps_need_no_number_at_the_ends(self, client: Client) -> None:
        poll = a_scale(steps=("Never", "Sometimes", "Always"))

        html = client.get(an_article(poll).get_url()).content.decode()

        assert "onward-poll__options--steps" in html
        assert ">None of it</p>" in html

    def test_without_labels_nothing_points_to_one(self, client: Client) -> None:
        poll = a_scale(low_label="", high_label="")

        html = client.get(an_article(poll).get_url()).content.decode()

        assert "aria-describedby" not in html
        assert "onward-poll__end" not in html


class TestSeveralAnswers:
    def test_too_few_are_refused_with_what_was_marked_kept(self, at_poll: type[ReaderAtPoll]) -> None:
        poll = a_poll(kind=Poll.Kind.MULTIPLE, min_votes=2, max_votes=3)
        an_article(poll)

        response = at_poll(poll).press("Selling")

        html = response.content.decode()
        assert response.status_code == 400
        assert "at least 2" in html
        assert "Choose 2 to 3." in html
        assert f'value="{option(poll, "Selling").uuid}" checked' in html
        assert not Ballot.objects.exists()


class TestOther:
    @pytest.fixture
    def poll(self, db: None) -> Poll:
        poll = a_poll_with_other(roles="Sales rep\nManager")
        an_article(poll)
        return poll

    def fields(self, poll: Poll, text: str = OTHER, **more: str) -> dict[str, Any]:
        return {"option": str(option(poll, text).uuid), **more}

    def test_what_was_written_and_the_role_survive_the_confirm_page(self, person: ReaderAtPoll) -> None:
        fields = self.fields(person.poll, other="I sit in forecast calls", role="Manager")

        confirm = person.send("", fields).content.decode()
        assert 'name="other" maxlength="200" value="I sit in forecast calls"' in confirm
        assert "<option selected>Manager</option>" in confirm
        assert not Ballot.objects.exists()
        person.send("", fields)

        ballot = Ballot.objects.get()
        assert (ballot.words, ballot.role, ballot.consent) == ("I sit in forecast calls", "Manager", "none")

    def test_words_too_long_are_kept_in_the_form_with_a_sentence(self, person: ReaderAtPoll) -> None:
        response = person.send("", self.fields(person.poll, other="a" * 201, role="Manager"))

        html = response.content.decode()
        assert response.status_code == 400
        assert "201 characters" in html
        assert "a" * 201 in html
        assert "<option selected>Manager</option>" in html

    def test_a_role_that_is_not_offered_is_refused(self, person: ReaderAtPoll) -> None:
        response = person.send("", self.fields(person.poll, "Repair", role="Emperor"))

        assert response.status_code == 400
        assert "role" in response.content.decode()
        assert "Emperor" not in response.content.decode()

    def test_whoever_only_writes_has_chosen_other(self, person: ReaderAtPoll) -> None:
        for _press in range(2):
            person.send("", {"other": "I sit in forecast calls"})

        ballot = Ballot.objects.get()
        assert ballot.words == "I sit in forecast calls"
        assert [mark.option.text for mark in ballot.votes.all()] == [OTHER]

    def test_the_reopened_ballot_holds_the_words_and_the_role(self, person: ReaderAtPoll) -> None:
        for _press in range(2):
            person.send("", self.fields(person.poll, other="Forecasts", role="Manager"))

        reopened = person.look("?change=1")

        assert 'value="Forecasts"' in reopened
        assert "<option selected>Manager</option>" in reopened
        assert "You voted for" not in reopened

    def test_a_hidden_result_says_what_was_chosen_and_written(self, person: ReaderAtPoll) -> None:
        Poll.objects.update(results_visibility=Poll.ResultsVisibility.EDITORS)
        for _press in range(2):
            person.send("", self.fields(person.poll, other="Forecasts <b>"))

        card = person.look()

        assert f"You voted for <b>“{OTHER}: Forecasts &lt;b&gt;”</b>." in card
        assert "Change my answer" in card
        assert "Take my answer back" not in card

    def test_words_beside_other_can_be_released_for_quoting(self, person: ReaderAtPoll) -> None:
        Poll.objects.update(ask_words=False)
        for _press in range(2):
            person.send("", self.fields(person.poll, other="Forecasts"))

        assert "let the author quote them" in person.look()
        assert "May the author quote this?" in person.look("?words=1")

    def test_a_role_taken_back_with_the_answer_is_not_filled_in_again(self, person: ReaderAtPoll) -> None:
        for _press in range(2):
            person.send("", self.fields(person.poll, "Repair", role="Manager"))
        person.send("withdraw/", {})

        assert "<option selected>" not in person.look()
        assert Ballot.objects.get().role == ""


# Wagtail leaves the file open that it makes a rendition in.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestPictures:
    @pytest.fixture(autouse=True)
    def collect(self) -> Iterator[None]:
        """Let go of what Wagtail left open while its warning is expected."""
        yield
        gc.collect()

    def test_an_option_shows_its_picture_without_moving_the_page(self, client: Client) -> None:
        poll = a_picture_poll()

        html = client.get(an_article(poll).get_url()).content.decode()

        assert html.count('class="onward-poll__picture"') == 2
        picture = html[html.index("<img", html.index("onward-poll__option")) :].partition(">")[0]
        assert 'alt=""' in picture
        assert 'width="320"' in picture
        assert 'height="200"' in picture
        assert "640w" in picture
        assert 'loading="lazy"' in picture

    @pytest.mark.parametrize("pictures", [1, 4])
    def test_pictures_take_two_queries_however_many(self, pictures: int) -> None:
        poll = a_picture_poll(pictures)
        PollCard(poll).render_html()
        poll = Poll.objects.select_related("follows").prefetch_related("options").get()

        with CaptureQueriesContext(connection) as queries:
            html = PollCard(poll).render_html()

        assert html.count("<img") == pictures
        assert [query["sql"] for query in queries if "wagtailimages" not in query["sql"]] == []
        assert len(queries) == 2

    def test_a_picture_whose_file_is_gone_leaves_the_option(self, client: Client) -> None:
        poll = a_picture_poll(pictures=1)
        image = Image.objects.get()
        image.file.storage.delete(image.file.name)

        html = client.get(an_article(poll).get_url()).content.decode()

        assert "Repair" in html
        assert "onward-poll__picture" not in html
