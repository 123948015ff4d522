"""A moderator decides about comments in the Wagtail admin, and from a shell."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from onward_blog import signals, versions
from onward_blog.comments.moderating import decide
from onward_blog.models import Author, CommentState

from .discussion import Browser, a_held, a_public, an_article, an_unconfirmed, press, state_of


State = CommentState.State
QUEUE = "onward_blog_comments:queue"
DECIDE = "onward_blog_comments:decide"
UNDO = "onward_blog_comments:undo"
REPLY = "onward_blog_comments:reply"


@pytest.fixture
def article(db):
    return an_article()


def test_menu_says_how_many_comments_wait(article, author):
    for number in range(3):
        a_held(article, f"Held {number}", address=f"n{number}@example.org")

    assert "Comments (3)" in author.get(reverse("wagtailadmin_home")).content.decode()


def test_queue_shows_what_waits_first_and_everything_else_by_state(article, author):
    a_held(article, "WAITS", address="held@example.org")
    a_public(article, "OUT")
    rejected = a_held(article, "REFUSED", address="refused@example.org")
    decide([rejected.comment_id], "reject")
    an_unconfirmed(article, "NOBODY CONFIRMED", address="new@example.org")

    shown = {
        state: author.get(reverse(QUEUE), {"state": state}).content.decode()
        for state in ("", "public", "rejected", "spam", "unconfirmed", "nonsense")
    }

    assert "WAITS" in shown[""]
    assert "OUT" not in shown[""]
    assert "OUT" in shown["public"]
    assert "REFUSED" in shown["rejected"]
    assert "No comments here." in shown["spam"]
    assert "WAITS" in shown["unconfirmed"]
    assert not [page for page in shown.values() if "NOBODY CONFIRMED" in page]
    assert "the first comment of this address" in shown[""]


def test_queue_is_searched_by_text_name_article_and_whole_address(article, author):
    a_held(article, "About coaching.", name="Tess", address="tess@example.org")
    a_held(an_article("Another matter"), "About reports.", name="Ines", address="ines@example.org")

    def found(search):
        page = author.get(reverse(QUEUE), {"q": search}).content.decode()
        return "About coaching." in page, "About reports." in page

    assert found("COACHING") == (True, False)
    assert found("Ines") == (False, True)
    assert found("Another") == (False, True)
    assert found("Tess@example.org") == (True, False)
    assert found("\x00%_'") == (False, False)


def test_approved_comment_is_public_and_everybody_is_told(
    article, author, django_capture_on_commit_callbacks
):
    state = a_held(article, "At last.")
    before, heard = versions.current(article.pk), []
    signals.comment_published.connect(lambda **kwargs: heard.append(kwargs), weak=False, dispatch_uid="heard")

    with django_capture_on_commit_callbacks(execute=True):
        page = press(author, "approve", state).content.decode()
    signals.comment_published.disconnect(dispatch_uid="heard")

    assert "1 comment approved." in page
    assert state_of(state) == State.PUBLIC
    assert versions.current(article.pk) != before
    assert [kwargs["comment"].pk for kwargs in heard] == [state.comment_id]
    assert "At last." in Browser().get(article.url).content.decode()
    row = CommentState.objects.get(pk=state.pk)
    assert (row.decided_by, row.comment.is_public) == (author.user, True)
    assert row.decided_at is not None


@pytest.mark.parametrize(("decision", "state"), [("reject", State.REJECTED), ("spam", State.SPAM)])
def test_comment_is_withdrawn_and_everybody_is_told(
    article, author, decision, state, django_capture_on_commit_callbacks
):
    public = a_public(article, "Not for long.")
    before, heard = versions.current(article.pk), []
    signals.comment_withdrawn.connect(lambda **kwargs: heard.append(kwargs), weak=False, dispatch_uid="heard")

    with django_capture_on_commit_callbacks(execute=True):
        press(author, decision, public, seen=State.PUBLIC)
    signals.comment_withdrawn.disconnect(dispatch_uid="heard")

    assert state_of(public) == state
    assert len(heard) == 1
    assert versions.current(article.pk) != before
    assert "Not for long." not in Browser().get(article.url).content.decode()


def test_many_comments_are_decided_at_once_and_taken_back_at_once(article, author):
    states = [a_held(article, f"Held {n}", address=f"n{n}@example.org") for n in range(20)]

    press(author, "spam", *states)
    assert {state_of(state) for state in states} == {State.SPAM}

    page = author.post(reverse(UNDO), follow=True).content.decode()

    assert "Taken back for 20 comments." in page
    assert {state_of(state) for state in states} == {State.HELD}
    assert "nothing to take back" in author.post(reverse(UNDO), follow=True).content.decode()


def test_rejecting_a_public_comment_is_taken_back_to_public(article, author):
    public = a_public(article, "Back again.")
    press(author, "reject", public, seen=State.PUBLIC)

    author.post(reverse(UNDO))

    assert state_of(public) == State.PUBLIC


def test_what_somebody_else_has_decided_since_is_left_alone(article, author):
    state = a_held(article)
    decide([state.comment_id], "approve")

    page = press(author, "reject", state, seen=State.HELD).content.decode()

    assert "Somebody else had decided" in page
    assert state_of(state) == State.PUBLIC


@pytest.mark.parametrize(
    "sent", [{"decision": "publish"}, {"seen": "unconfirmed"}, {"seen": ""}, {"comment": ["x", "9" * 40]}, {}]
)
def test_strange_decisions_change_nothing(article, author, sent):
    state = a_held(article)
    data = {"comment": [state.comment_id], "decision": "approve", "seen": State.HELD, **sent}
    if not sent:
        data["comment"] = []

    response = author.post(reverse(DECIDE), data, follow=True)

    assert response.status_code == 200
    assert state_of(state) == State.HELD


def test_unconfirmed_comment_cannot_be_decided_about(article, author):
    state = an_unconfirmed(article)

    press(author, "approve", state)

    assert state_of(state) == State.UNCONFIRMED


def test_author_answers_from_the_queue_and_the_comment_is_approved_by_it(article, author):
    Author.objects.create(name="Mara Kalani", slug="mara", user=author.user)
    state = a_held(article, "A question.")

    page = author.post(reverse(REPLY, args=[state.comment_id]), {"text": "An answer."}, follow=True)

    assert "Your reply is published." in page.content.decode()
    thread = Browser().get(article.url).content.decode()
    assert thread.index("A question.") < thread.index("An answer.")
    assert "Mara Kalani" in thread


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001])
def test_empty_or_endless_reply_is_not_sent(article, author, text):
    state = a_held(article)

    page = author.post(reverse(REPLY, args=[state.comment_id]), {"text": text}, follow=True)

    assert "Your reply was not sent" in page.content.decode()
    assert state_of(state) == State.HELD


def test_every_decision_is_in_the_audit_log(article, author):
    state = a_held(article)
    press(author, "approve", state)
    press(author, "spam", state, seen=State.PUBLIC)
    author.post(reverse(UNDO))

    entries = ModelLogEntry.objects.for_instance(state).order_by("timestamp", "pk")
    assert [(entry.action, entry.data["before"]) for entry in entries] == [
        ("onward_blog.comment.approve", "held"),
        ("onward_blog.comment.spam", "public"),
        ("onward_blog.comment.approve", "spam"),
    ]
    assert {entry.user for entry in entries} == {author.user}
    assert "@" not in "".join(entry.label for entry in entries)


@pytest.mark.parametrize("name", [DECIDE, UNDO])
def test_get_decides_nothing(article, author, name):
    a_held(article)

    assert author.get(reverse(name), {"decision": "approve"}).status_code == 405


def test_buttons_need_the_token_of_their_own_form(article, author):
    state = a_held(article)
    browser = Browser()
    browser.force_login(author.user)

    response = press(browser, "approve", state)

    assert response.status_code == 403
    assert state_of(state) == State.HELD


def test_query_that_leads_back_leads_nowhere_else(article, author):
    for query in (
        "//evil.example",
        "next=https://evil.example",
        "a\r\nLocation: https://evil.example",
        "x" * 900,
    ):
        response = author.post(reverse(DECIDE), {"query": query})
        assert response["Location"].split("?")[0] == reverse(QUEUE)


@pytest.mark.parametrize("count", [1, 25])
def test_queue_takes_as_many_queries_for_many_comments_as_for_one(article, author, count):
    for number in range(count):
        a_held(article, f"Held {number}", address=f"n{number}@example.org")
    author.get(reverse(QUEUE))

    with CaptureQueriesContext(connection) as queries:
        author.get(reverse(QUEUE))

    assert len(queries) <= 20


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_make_one_decision_and_no_error():
    article = an_article()
    states = [a_held(article, f"Held {n}", address=f"n{n}@example.org") for n in range(4)]
    numbers = [state.comment_id for state in states]

    def decide_all(decision):
        try:
            return decision, {state.comment_id for state in decide(numbers, decision, seen=State.HELD)}
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(decide_all, ["approve", "reject", "spam"] * 2))

    decided = [number for _decision, changed in answers for number in changed]
    assert sorted(decided) == numbers
    words = {"approve": State.PUBLIC, "reject": State.REJECTED, "spam": State.SPAM}
    for decision, changed in answers:
        assert set(CommentState.objects.filter(comment_id__in=changed).values_list("state", flat=True)) <= {
            words[decision]
        }


@pytest.mark.parametrize(
    ("word", "state"), [("approve", State.PUBLIC), ("reject", State.REJECTED), ("spam", State.SPAM)]
)
def test_command_decides_and_doing_it_twice_is_harmless(article, word, state):
    held = a_held(article)
    out = StringIO()

    for _time in range(2):
        call_command("moderate", str(held.comment_id), word, stdout=out)

    assert state_of(held) == state
    assert out.getvalue() == f"Comment {held.comment_id} is {state}.\n" * 2


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["1", "9" * 30, "x", "-1"])
def test_command_says_that_there_is_no_such_comment(number):
    with pytest.raises(CommandError):
        call_command("moderate", number, "approve")


def test_command_refuses_what_its_writer_never_confirmed(article):
    state = an_unconfirmed(article)

    with pytest.raises(CommandError, match="has not confirmed"):
        call_command("moderate", str(state.comment_id), "approve")
