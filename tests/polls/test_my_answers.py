"""A reader looks at everything answered in one browser, and lets go of some of it."""

from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onward_polls.actions import add_words, fold_tallies, reopen_poll
from onward_polls.models import Ballot, FollowUp, Poll, WordsNote
from onward_polls.readers import ballots_of
from onward_polls.tally import read_tally
from onward_polls.viewsets import poll_viewset
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_poll, a_words_poll, an_article, closed_a_while_ago, vote


pytestmark = pytest.mark.django_db

MINE = "/polls/mine/"
SECRET = "I coach them in the car."


def step(name: str) -> str:
    return f"{MINE}{Ballot.objects.get().uuid}/{name}/"


def do(reader: ReaderAtPoll, name: str, **fields: Any) -> Any:
    """Open the page of one step and press its button."""
    path = step(name)
    assert reader.browser.get(path).status_code == 200
    token = reader.browser.cookies["csrftoken"].value
    return reader.browser.post(path, {**fields, "csrfmiddlewaretoken": token})


@pytest.fixture
def writer(person: ReaderAtPoll) -> ReaderAtPoll:
    """Somebody who answered, and wrote words that may be quoted by name."""
    person.answer("Repair")
    person.send("words/", {"words": SECRET, "consent": "name", "credit": "Tess Okafor"})
    return person


def test_without_a_cookie_the_page_is_empty_and_sets_none(client: Client, poll: Poll) -> None:
    vote(poll, "Repair")

    response = client.get(MINE)

    assert response.status_code == 200
    assert "No answers were given in this browser." in response.content.decode()
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]


def test_it_shows_question_page_choice_words_and_consent(poll: Poll, at_poll: type[ReaderAtPoll]) -> None:
    reader = at_poll(poll)
    page = an_article(poll)
    reader.send("", {"option": str(poll.options.get(text="Repair").uuid), "page": page.pk})
    reader.send("", {"option": str(poll.options.get(text="Repair").uuid), "page": page.pk})
    reader.send("words/", {"words": SECRET, "consent": "name", "credit": "Tess Okafor"})

    text = reader.browser.get(MINE).content.decode()

    assert f"/polls/{poll.pk}/?change=1&amp;page={page.pk}&amp;next=%2F" in text
    expected = (poll.question, page.title, page.url, "<q>Repair</q>", SECRET, "Tess Okafor", "Take it back")
    assert [part for part in expected if part not in text] == []


def test_nobody_elses_answers_are_on_it_and_none_can_be_reached(
    writer: ReaderAtPoll, at_poll: type[ReaderAtPoll]
) -> None:
    stranger = at_poll(writer.poll)
    stranger.answer("Selling")
    mine = Ballot.objects.get(words=SECRET)

    assert SECRET not in stranger.browser.get(MINE).content.decode()
    for name in ("consent", "stop", "withdraw", "erase", "leave"):
        path = f"{MINE}{mine.uuid}/{name}/"
        token = stranger.browser.cookies["csrftoken"].value
        responses = [stranger.browser.get(path), stranger.browser.post(path, {"csrfmiddlewaretoken": token})]
        assert {response.status_code for response in responses} == {404}
        assert not any(SECRET in response.content.decode() for response in responses)
    mine.refresh_from_db()
    assert (mine.words, mine.consent, mine.stands) == (SECRET, "name", True)


@pytest.mark.parametrize("name", ["consent", "stop", "withdraw", "erase"])
def test_opening_a_step_changes_nothing_nor_does_a_form_without_its_token(
    writer: ReaderAtPoll, name: str
) -> None:
    before = Ballot.objects.values().get()

    opened = writer.browser.get(step(name))
    forged = writer.browser.post(step(name), {"consent": "none"})
    elsewhere = do_from(writer, name, "https://evil.example")

    assert opened.status_code == 200
    assert (forged.status_code, elsewhere.status_code) == (403, 403)
    assert Ballot.objects.values().get() == before


def do_from(reader: ReaderAtPoll, name: str, origin: str) -> Any:
    token = reader.browser.cookies["csrftoken"].value
    return reader.browser.post(step(name), {"csrfmiddlewaretoken": token}, headers={"Origin": origin})


def test_consent_can_be_changed_also_after_the_poll_has_closed(writer: ReaderAtPoll) -> None:
    closed_a_while_ago(writer.poll)

    response = do(writer, "consent", consent="initials", credit="Tess Okafor")

    ballot = Ballot.objects.get()
    assert response.status_code == 303
    assert (ballot.consent, ballot.credit) == ("initials", "T. O.")


def test_a_consent_without_the_name_it_needs_is_asked_for_again(writer: ReaderAtPoll) -> None:
    response = do(writer, "consent", consent="name", credit=" ")

    assert response.status_code == 400
    assert "add the name" in response.content.decode()
    assert Ballot.objects.get().credit == "Tess Okafor"


def test_being_quoted_can_be_stopped_long_after_closing(writer: ReaderAtPoll) -> None:
    closed_a_while_ago(writer.poll)

    response = do(writer, "stop")

    ballot = Ballot.objects.get()
    assert (ballot.consent, ballot.credit, ballot.words) == ("none", "", SECRET)
    assert "not quoted any more" in writer.browser.get(response["Location"]).content.decode()


def test_an_answer_can_be_taken_back_while_the_poll_is_open_only(writer: ReaderAtPoll) -> None:
    path = step("withdraw")
    closed_a_while_ago(writer.poll)
    too_late = writer.browser.get(path).status_code
    Poll.objects.update(closes_at=None)

    do(writer, "withdraw")

    assert too_late == 409
    assert read_tally(writer.poll).n == 0
    assert (Ballot.objects.get().words, Ballot.objects.get().stands) == ("", False)


def test_deleting_after_closing_leaves_the_count_and_says_so(writer: ReaderAtPoll) -> None:
    writer.send("follow-up/", {"address": "tess@example.org"})
    WordsNote.objects.create(ballot=Ballot.objects.get(), starred=True)
    Ballot.objects.update(role="Rep", network="n" * 64)
    closed_a_while_ago(writer.poll)
    page = writer.browser.get(step("erase")).content.decode()

    do(writer, "erase")

    left = Ballot.objects.get()
    assert "One thing stays: your vote in the count" in page
    kept = (left.words, left.credit, left.consent, left.role, left.network, left.cast_by, left.words_by)
    assert kept == ("", "", "none", "", "", "", "")
    assert FollowUp.objects.count() == WordsNote.objects.count() == 0
    fold_tallies()
    assert read_tally(writer.poll).n == 1
    assert SECRET not in writer.browser.get(MINE).content.decode()


def test_deleting_while_the_poll_is_open_cannot_be_used_to_vote_twice(writer: ReaderAtPoll) -> None:
    page = writer.browser.get(step("erase")).content.decode()

    do(writer, "erase")
    writer.answer("Selling")

    assert "your vote leaves the count as well" in page
    assert {line.text: line.count for line in read_tally(writer.poll).lines if line.count} == {"Selling": 1}
    assert Ballot.objects.count() == 1


def test_whoever_deleted_an_answer_is_a_new_reader_when_the_poll_is_opened_again(
    writer: ReaderAtPoll, author: Client
) -> None:
    closed_a_while_ago(writer.poll)
    page = writer.browser.get(step("erase")).content.decode()
    do(writer, "erase")
    asked = author.get(reverse(poll_viewset.get_url_name("reopen"), args=[writer.poll.pk])).content.decode()
    reopen_poll(Poll.objects.get())

    before = writer.look()
    writer.answer("Selling")
    writer.answer("Reports")

    counts = {line.text: line.count for line in read_tally(writer.poll).lines if line.count}
    assert "you are a new reader and may answer it" in page
    assert "is a new reader, and may answer again" in asked
    assert "Your vote is in" not in before
    assert counts == {"Repair": 1, "Reports": 1}
    assert "was opened again on" in writer.look()
    assert writer.browser.get(MINE).content.decode().count("<article") == 1


def test_a_wiped_cookie_leads_to_nothing_and_says_so(writer: ReaderAtPoll) -> None:
    path = step("erase")
    writer.browser.cookies.clear()

    response = writer.browser.get(path)

    assert response.status_code == 404
    assert "holds no such answer" in response.content.decode()
    assert not response.cookies


def test_words_only_answers_are_listed_too(db: None, at_poll: type[ReaderAtPoll]) -> None:
    poll = a_words_poll()
    an_article(poll)
    reader = at_poll(poll)
    for _press in range(2):
        reader.send("words/", {"words": SECRET, "consent": "none"})

    assert SECRET in reader.browser.get(MINE).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_answers(
    writer: ReaderAtPoll, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            writer.browser.get(MINE)
        return len(captured)

    queries()
    few = queries()
    cookie = ballots_cookie(writer)
    for number in range(12):
        poll = a_poll(f"Number {number}?")
        page = an_article(poll)
        ballot = vote(poll, "Repair", identity=cookie, page_ref=page.pk)
        add_words(ballot, words="Some.", consent="anonymous")

    text = writer.browser.get(MINE).content.decode()
    assert text.count("<article") == len(ballots_of(cookie)) == 13
    # One more at most: the titles of the pages, of which there was none before.
    assert queries() <= few + 3


def ballots_cookie(reader: ReaderAtPoll) -> str:
    return f"rid:{reader.browser.cookies['rid'].value.partition(':')[0]}"
