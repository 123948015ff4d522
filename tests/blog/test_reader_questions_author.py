"""The author decides about readers' questions: who may, what each button does, and what readers see of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, PageLogEntry

from onward_blog import versions
from onward_blog.models import ReaderQuestion, RoundupQuote
from onward_blog.questions.deciding import decide
from onward_blog.questions.errors import NotAllowed
from onward_blog.questions.queue import waiting_questions
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.reading import Reading
from tests.blog.answers import a_poll, ballots
from tests.blog.factories import make_part, make_series
from tests.blog.questions import WORDS, a_question, a_series_with_a_part
from tests.conftest import group_of_wagtail


pytestmark = pytest.mark.django_db
State = ReaderQuestion.State
QUEUE = "/admin/questions/"


@pytest.fixture
def series() -> Any:
    return a_series_with_a_part()[0]


def press(person: Client, question: ReaderQuestion, decision: str, **fields: Any) -> Any:
    url = reverse("onward_blog_questions:decide", args=[question.pk])
    data = {"decision": decision, "seen": question.state, **fields}
    return person.post(url, {name: value for name, value in data.items() if value is not None}, follow=True)


def state_of(question: ReaderQuestion) -> str:
    return str(ReaderQuestion.objects.get(pk=question.pk).state)


def only_editor_of(page: Any, user: Any) -> None:
    """Let an account edit this page and nothing else."""
    group = group_of_wagtail("Editors")
    GroupPagePermission.objects.filter(group=group).delete()
    from django.contrib.auth.models import Permission

    permission = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    GroupPagePermission.objects.create(group=group, page=page, permission=permission)


def test_held_questions_wait_on_a_screen_of_their_own(author: Any, series: Any) -> None:
    a_question(series, "Held <b>here</b>?", state="held", address="tess@example.org")
    a_question(series, "Public there?")

    html = author.get(QUEUE).content.decode()

    assert "Held &lt;b&gt;here&lt;/b&gt;?" in html
    assert "Public there?" not in html
    assert "address not confirmed" in html
    assert "tess@example.org" not in html
    assert waiting_questions(author.user) == 1
    assert "Public there?" in author.get(f"{QUEUE}?state=public").content.decode()


@pytest.mark.parametrize(
    "query", ["state=nonsense", "series=x", "series=²", "p=-4", "state=held&series=" + "9" * 40]
)
def test_a_strange_address_shows_the_screen(author: Any, series: Any, query: str) -> None:
    assert author.get(f"{QUEUE}?{query}").status_code == 200


def test_the_screen_is_narrowed_to_one_series(author: Any, series: Any) -> None:
    other = make_series("Another")
    a_question(series, "In the first?", state="held")
    a_question(other, "In the other?", state="held")

    html = author.get(f"{QUEUE}?series={other.pk}").content.decode()

    assert "In the other?" in html
    assert "In the first?" not in html


def test_letting_a_question_through_shows_it_and_renews_the_page(
    author: Any, series: Any, django_capture_on_commit_callbacks: Any
) -> None:
    question = a_question(series, state="held")
    before = versions.current(series.pk)

    with django_capture_on_commit_callbacks(execute=True):
        press(author, question, "publish")

    assert WORDS in Client().get(series.url).content.decode()
    assert versions.current(series.pk) != before
    entry = PageLogEntry.objects.get(action="onward_blog.question.publish")
    assert (entry.page_id, entry.data["before"]) == (series.pk, "held")
    assert WORDS not in str(entry.data)


@pytest.mark.parametrize(
    ("start", "decision", "end"),
    [
        ("held", "publish", "public"),
        ("held", "reject", "rejected"),
        ("held", "pick", "picked"),
        ("public", "pick", "picked"),
        ("picked", "publish", "public"),
        ("picked", "reject", "rejected"),
        ("answered", "publish", "public"),
        ("rejected", "publish", "public"),
        ("rejected", "pick", "rejected"),
        ("answered", "pick", "answered"),
    ],
)
def test_buttons_take_a_question_where_they_say(
    author: Any, series: Any, start: str, decision: str, end: str
) -> None:
    question = a_question(series, state=start)

    press(author, question, decision)

    assert state_of(question) == end


def test_two_authors_at_once_leave_what_the_first_decided(author: Any, series: Any) -> None:
    question = a_question(series, state="held")
    press(author, question, "reject")

    response = press(author, question, "publish")

    assert "Somebody else has decided" in response.content.decode()
    assert state_of(question) == State.REJECTED


def test_answered_needs_a_part_of_the_series_that_is_out(author: Any, series: Any) -> None:
    question = a_question(series)
    draft = make_part(series, "A draft", live=False)
    elsewhere = make_part(make_series("Another"))

    for part in (None, "", "x", draft.pk, elsewhere.pk, series.pk, 2**40):
        response = press(author, question, "answer", part=part)
        assert "Choose a part of this series" in response.content.decode(), part
        assert state_of(question) == State.PUBLIC

    press(author, question, "answer", part=series.parts()[0].pk)
    assert state_of(question) == State.ANSWERED


def test_only_who_may_edit_the_series_decides(editor: Any, stranger: Any, series: Any) -> None:
    mine, other = make_series("Mine"), series
    only_editor_of(mine, editor.user)
    own, foreign = a_question(mine, "Mine?", state="held"), a_question(other, "Not mine?", state="held")

    html = editor.get(QUEUE).content.decode()
    assert "Mine?" in html
    assert "Not mine?" not in html
    assert waiting_questions(editor.user) == 1
    assert press(editor, foreign, "publish").status_code == 403
    assert press(editor, own, "publish").status_code == 200
    with pytest.raises(NotAllowed):
        decide(foreign, "publish", user=editor.user)
    assert (state_of(own), state_of(foreign)) == (State.PUBLIC, State.HELD)

    assert "/login/" in stranger.get(QUEUE).headers["Location"]
    press(stranger, foreign, "publish")
    assert state_of(foreign) == State.HELD


def test_an_account_without_pages_sees_no_questions(editor: Any, series: Any) -> None:
    a_question(series, state="held")
    GroupPagePermission.objects.all().delete()

    assert editor.get(QUEUE).status_code == 403


def test_opening_the_screen_changes_nothing_and_a_button_needs_a_post(author: Any, series: Any) -> None:
    question = a_question(series, state="held")

    author.get(QUEUE)
    url = reverse("onward_blog_questions:decide", args=[question.pk])
    assert author.get(f"{url}?decision=publish&seen=held").status_code == 405

    assert state_of(question) == State.HELD


def a_part_with_answers(series: Any) -> Any:
    poll = a_poll()
    part = make_part(series, body=[("poll", poll)])
    ballots(poll, {"Repair": 5})
    return part


def test_picked_questions_stand_in_the_draft_of_the_next_part(author: Any) -> None:
    series = make_series()
    part = a_part_with_answers(series)
    for number in range(5):
        a_question(series, f"Picked number {number}?", state="picked", wanted=number)
    a_question(series, "Only public?")

    draft = write_next_part(part, user=author.user)

    reading = Reading(compile_roundup(part).data)
    assert reading.total("questions") == 6
    words = {
        quote.words for block in draft.body for quote in getattr(block.value, "get", {}.get)("quotes") or ()
    }
    assert {f"Picked number {number}?" for number in range(5)} <= words
    assert "Only public?" not in words


def test_questions_alone_are_enough_to_write_on(author: Any) -> None:
    series = make_series()
    part = make_part(series)
    a_question(series, state="picked", wanted=3)

    draft = write_next_part(part, user=author.user)

    said = next(block.value for block in draft.body if "figure" in block.value)
    assert (said["figure"], said["said"]) == ("1", "question from a reader.")


def test_each_question_counts_at_the_part_that_was_the_latest_out(author: Any) -> None:
    series = make_series()
    first = a_part_with_answers(series)
    a_question(series, "After the first?")
    second = a_part_with_answers(series)
    a_question(series, "After the second?", state="picked")
    a_question(series, "Held?", state="held")

    for part in (first, second):
        fresh = type(part).objects.get(pk=part.pk)
        assert Reading(compile_roundup(fresh).data).total("questions") == 1
    assert RoundupQuote.objects.filter(source="questions").count() == 1


def test_a_rejected_question_is_taken_out_of_what_quotes_it(author: Any) -> None:
    series = make_series()
    part = a_part_with_answers(series)
    question = a_question(series, state="picked")
    compile_roundup(part)
    assert RoundupQuote.objects.get(source="questions").words == WORDS

    press(author, question, "reject")

    quote = RoundupQuote.objects.get(source="questions")
    assert quote.words == ""
    assert quote.withdrawn_at is not None
