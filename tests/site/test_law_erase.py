"""Law 10: whoever is erased is gone from every column of every table."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from onward_blog import mailing
from onward_blog.comments.moderating import decide
from onward_blog.models import CommentState, ReaderQuestion
from onward_blog.questions.deciding import decide as decide_question
from onward_blog.roundups.next_part import write_next_part
from onward_newsletter.actions.issues import prepare_issue, send_issue
from onward_newsletter.actions.personal_data import export_everything
from onward_newsletter.actions.subscribing import unsubscribe
from onward_newsletter.models import Delivery, Outbox, Subscriber, Suppression
from onward_newsletter.pump import pump
from onward_polls.actions import add_words, cast_ballot
from onward_polls.models import Ballot
from tests.blog.answers import accepted
from tests.blog.discussion import Browser, a_public
from tests.blog.questions import Reader
from tests.polls.conftest import ReaderAtPoll

from .letters import follower, paths_to, subscribe_by_form
from .whole_site import Human, Place, a_place, rows


pytestmark = pytest.mark.django_db(transaction=True)

CANARY = "canary.bird@perch.example.org"
#: As people type it: capitals, spaces around it.
TYPED = f" {CANARY.replace('canary', 'Canary')} "
NAME = "Canaria Bird"


@pytest.fixture
def place(transactional_db: None) -> Place:
    return a_place()


def traces(*words: str) -> set[str]:
    """Return the tables that hold any of the words, however they are written, also inside JSON."""
    wanted = [word.lower() for word in words]
    return {
        table
        for table, lines in rows().items()
        if any(word in line.lower() for line in lines for word in wanted)
    }


def erase(address: str = CANARY) -> str:
    out = StringIO()
    call_command("erase_reader", address, stdout=out)
    return out.getvalue()


def comment(place: Place) -> None:
    response = Browser().comment(
        place.article, "Cage or sky?", name=NAME, email=TYPED.strip(), follow="on", headers={}
    )
    assert response.status_code == 303


def ask_to_be_told(place: Place) -> None:
    reader = ReaderAtPoll(place.poll)
    reader.answer("Repair")
    fields = {"words": "I sing for a living.", "consent": "name", "credit": NAME, "address": TYPED}
    assert reader.send("words/", fields).status_code == 303


def get_an_issue(place: Place, *, handed_over: bool) -> Subscriber:
    subscriber = follower(place, CANARY).subscriber
    issue = mailing.issue_for_article(place.article)
    send_issue(issue)
    if issue.state == "preparing":
        prepare_issue(issue)
    if handed_over:
        pump()
    ballot = cast_ballot(
        place.poll,
        identity=mailing.subscriber_identity(subscriber.uuid),
        options=[place.poll.options.first()],
    )
    add_words(ballot, words="I sing for a living.", consent="name", credit=NAME)
    return subscriber


def test_someone_who_only_commented_is_erased(place: Place) -> None:
    comment(place)
    assert {"django_comments", "onward_newsletter_outbox"} <= traces(CANARY)

    assert "comments: 1" in erase()

    assert traces(CANARY, NAME, "Cage or sky") == set()


def test_someone_who_only_asked_to_be_told_is_erased(place: Place) -> None:
    ask_to_be_told(place)
    assert {"onward_polls_followup", "onward_newsletter_outbox"} <= traces(CANARY)

    assert "answers: 1" in erase()

    assert traces(CANARY, NAME, "sing for a living") == set()
    assert Ballot.objects.count() == 1


def ask_a_question(place: Place) -> None:
    response = Reader().ask(place.series, "Who feeds the birds?", address=TYPED.strip())
    assert response.status_code == 303


def test_someone_who_only_asked_a_question_is_erased(place: Place, author: Any) -> None:
    ask_a_question(place)
    question = ReaderQuestion.objects.get()
    assert {"onward_blog_readerquestion", "onward_newsletter_outbox"} <= traces(CANARY)
    decide_question(question, "pick", user=author.user)
    a_public(place.article, "Who pays?", address="payer@example.org")
    write_next_part(place.article, user=author.user)
    assert "onward_blog_roundupquote" in traces("feeds the birds")

    assert "questions: 1" in erase()

    assert traces(CANARY, "feeds the birds") == set()


def test_someone_who_never_confirmed_is_erased(place: Place) -> None:
    subscribe_by_form(place, TYPED)
    assert {"onward_newsletter_subscriber", "onward_newsletter_outbox"} <= traces(CANARY)

    assert "subscribers: 1" in erase()

    assert traces(CANARY) == set()


def test_the_copy_of_ones_data_holds_what_every_app_knows(place: Place) -> None:
    subscriber = get_an_issue(place, handed_over=True)
    comment(place)
    ask_a_question(place)

    copy = export_everything(subscriber)

    assert [answer["words"] for answer in copy["answers"]] == ["I sing for a living."]
    assert [written["text"] for written in copy["comments"]] == ["Cage or sky?"]
    assert [asked["words"] for asked in copy["questions"]] == ["Who feeds the birds?"]
    assert copy["issues"]


@pytest.mark.parametrize("handed_over", [True, False])
def test_a_subscriber_is_erased_and_the_books_still_balance(place: Place, handed_over: bool) -> None:
    subscriber = get_an_issue(place, handed_over=handed_over)
    Delivery.objects.filter(subscriber=subscriber).update(reason=f"550 5.1.1 <{CANARY}>: user unknown")

    erase()

    assert traces(CANARY, NAME, "sing for a living", str(subscriber.uuid), subscriber.uuid.hex) == set()
    (delivery,) = Delivery.objects.all()
    assert delivery.state == ("submitted" if handed_over else "skipped")


def test_someone_who_left_traces_everywhere_is_erased_at_once(place: Place, author: Any) -> None:
    get_an_issue(place, handed_over=True)
    comment(place)
    ask_a_question(place)
    ask_to_be_told(place)
    subscribe_by_form(place, TYPED)
    first = a_public(place.article, "Who pays?", address=CANARY, name=NAME, follows=True)
    answer = a_public(place.article, "We do.", address="payer@example.org", reply_to=first.comment_id)
    decide([answer.comment_id], "approve")
    draft = write_part_two(place, author)
    Client().get(draft.get_absolute_url())
    pump()
    Outbox.objects.filter(address=CANARY).update(reason=f"550 <{CANARY}> is full")
    unsubscribe(Subscriber.objects.get(address=CANARY).subscriptions.get())
    assert len(traces(CANARY)) >= 4

    erase()

    assert traces(CANARY) == set()
    assert CommentState.objects.public().filter(pk=answer.pk).exists()


def write_part_two(place: Place, author: Any) -> Any:
    from onward_blog.roundups.next_part import write_next_part
    from onward_blog.roundups.telling import tell_readers

    draft = accepted(write_next_part(place.article, user=author.user))
    draft.get_latest_revision().publish(user=author.user)
    draft.refresh_from_db()
    tell_readers(draft)
    return draft


def test_whoever_presses_the_button_of_the_mail_is_erased_in_every_app(place: Place) -> None:
    get_an_issue(place, handed_over=True)
    comment(place)
    ask_to_be_told(place)
    Human().press(f"/newsletter/manage/{Delivery.objects.get().token}/", button="erase")
    path = next(path for path in paths_to(CANARY) if "/erase/" in path)

    assert Human().press(path).status_code == 200

    assert traces(CANARY, NAME, "sing for a living", "Cage or sky") == set()


def test_only_a_hash_is_kept_and_erasing_again_is_harmless(place: Place) -> None:
    comment(place)
    erase()
    before = rows()

    assert "comments: 0" in erase()

    assert rows() == before
    assert Suppression.objects.get().reason == Suppression.Reason.ERASED


def test_what_is_exported_before_is_what_is_erased(place: Place) -> None:
    get_an_issue(place, handed_over=True)
    comment(place)
    ask_to_be_told(place)

    exported = export()
    erase()

    assert len(exported["answers"]) == 2
    assert [each["text"] for each in exported["comments"]] == ["Cage or sky?"]
    assert exported["newsletter"]["address"] == CANARY
    after = export()
    assert (after["newsletter"], after["answers"], after["comments"]) == (None, [], [])


def export() -> dict[str, Any]:
    out = StringIO()
    call_command("export_reader", CANARY, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found
