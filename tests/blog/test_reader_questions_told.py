"""Whoever asked to be told hears once that the question is answered; and is gone when that is wished."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onward_blog import mailing
from onward_blog.models import ReaderQuestion
from onward_blog.questions.actions import forget_old_addresses
from onward_blog.questions.deciding import decide
from onward_blog.questions.erasing import erase_questions, export_questions
from onward_blog.questions.notices import tell_waiting
from onward_blog.tasks import aggregate
from onward_newsletter.actions.issues import prepare_issue, send_issue
from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Outbox, Suppression
from onward_newsletter.pump import pump
from tests.blog.discussion import a_series, an_article, links_in, mails_to
from tests.blog.factories import publish
from tests.blog.questions import WORDS, Reader, a_question, a_series_with_a_part
from tests.newsletter.factories import NewsletterFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db
State = ReaderQuestion.State
ADDRESS = "tess@example.org"


@pytest.fixture
def place() -> Any:
    return a_series_with_a_part()


def asked(series: Any, address: str = ADDRESS) -> ReaderQuestion:
    """Let a reader ask with an address."""
    assert Reader().ask(series, WORDS, address=address).status_code == 303
    return ReaderQuestion.objects.latest("pk")


def link_to(address: str = ADDRESS) -> str:
    return next(path for path in links_in(mails_to(address)[0]) if "/told/" in path)


def confirmed(series: Any, address: str = ADDRESS) -> ReaderQuestion:
    question = asked(series, address)
    assert Client().post(link_to(address)).status_code == 200
    question.refresh_from_db()
    return question


def answer(question: ReaderQuestion, part: Any, author: Any) -> None:
    decide(ReaderQuestion.objects.get(pk=question.pk), "answer", user=author.user, part=part.pk)


def purposes() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("purpose", flat=True))


def test_an_address_is_asked_by_mail_without_a_word_of_the_question(place: Any) -> None:
    asked(place[0], "Tess@Example.org")

    (letter,) = Outbox.objects.all()
    assert (letter.purpose, letter.address.lower()) == ("confirm_question", ADDRESS)
    assert WORDS not in letter.text + letter.html
    assert "not a subscription" in letter.text


def test_scanners_confirm_nothing_and_the_button_still_works(place: Any) -> None:
    question, scanner = asked(place[0]), Client()
    path = link_to()
    for _time in range(3):
        for method in (scanner.get, scanner.head, scanner.options):
            assert method(path).status_code in {200, 405}
    question.refresh_from_db()
    assert question.confirmed_at is None
    assert not scanner.cookies
    page = scanner.get(path)
    assert "no-store" in page.headers["Cache-Control"]
    assert "Yes, tell me" in page.content.decode()

    assert Client().post(path).status_code == 200

    question.refresh_from_db()
    assert question.confirmed_at is not None
    first = question.confirmed_at
    assert Client().post(path).status_code == 200
    question.refresh_from_db()
    assert question.confirmed_at == first


@pytest.mark.parametrize("token", ["nonsense", "WzEsIngiXQ:1abc:xyz", "0" * 60])
def test_a_token_that_is_not_ours_says_so(place: Any, token: str) -> None:
    for method in (Client().get, Client().post):
        response = method(f"/questions/told/{token}/")
        assert response.status_code == 410
        assert "link does not work" in response.content.decode()


def test_the_asker_is_told_once_and_then_forgotten(place: Any, author: Any) -> None:
    series, part = place
    question = confirmed(series)

    answer(question, part, author)

    told = mails_to(ADDRESS)[-1]
    assert told.purpose == "question_answered"
    assert WORDS in told.text
    assert part.url in " ".join(links_in(told))
    question.refresh_from_db()
    assert question.told_at is not None
    assert question.address == ""
    for decision in ("publish", "answer"):
        decide(ReaderQuestion.objects.get(pk=question.pk), decision, user=author.user, part=part.pk)
    tell_waiting()
    assert purposes() == ["confirm_question", "question_answered"]
    for method in (Client().get, Client().post):
        assert "deleted your address" in method(link_to()).content.decode()


def test_nobody_is_told_who_has_not_confirmed(place: Any, author: Any) -> None:
    question = asked(place[0])

    answer(question, place[1], author)
    tell_waiting()

    assert purposes() == ["confirm_question"]


def test_whoever_confirms_after_the_answer_is_told_at_once(place: Any, author: Any) -> None:
    question = asked(place[0])
    answer(question, place[1], author)

    html = Client().post(link_to()).content.decode()

    assert "Your question is answered" in html
    assert purposes() == ["confirm_question", "question_answered"]


def test_nobody_is_told_of_a_part_that_readers_cannot_open(place: Any, author: Any) -> None:
    series, part = place
    question = asked(series)
    answer(question, part, author)
    part.unpublish()
    Client().post(link_to())
    assert purposes() == ["confirm_question"]

    part.save_revision().publish()
    tell_waiting()

    assert purposes() == ["confirm_question", "question_answered"]


def test_an_address_can_be_deleted_from_the_mail(place: Any, author: Any) -> None:
    question = confirmed(place[0])

    html = Client().post(link_to(), {"remove": "1"}).content.decode()

    assert "Your address is deleted" in html
    question.refresh_from_db()
    assert (question.address, question.confirmed_at) == ("", None)
    assert "nothing left to do" in Client().post(link_to()).content.decode()
    question.refresh_from_db()
    assert question.confirmed_at is None
    answer(question, place[1], author)
    assert purposes() == ["confirm_question"]


def test_an_address_closed_to_mail_is_not_written_to_and_not_noted_as_told(place: Any, author: Any) -> None:
    question = confirmed(place[0])
    suppress(address_key(ADDRESS), Suppression.Reason.COMPLAINED)

    answer(question, place[1], author)

    question.refresh_from_db()
    assert (question.told_at, question.address) == (None, "")
    assert purposes() == ["confirm_question"]


def following(series: Any, part: Any) -> ReaderQuestion:
    """Let somebody who follows the series ask, and confirm."""
    newsletter = NewsletterFactory.create()
    topic = mailing.topic_for_series(series)
    SubscriptionFactory.create(
        subscriber__address=ADDRESS,
        subscriber__address_key=address_key(ADDRESS),
        newsletter=newsletter,
        topic=topic,
    )
    return confirmed(series)


@pytest.mark.django_db(transaction=True)
def test_a_follower_is_told_by_the_issue_and_not_twice(author: Any) -> None:
    series = a_series()
    part = publish(an_article(parent=series))
    question = following(series, part)

    answer(question, part, author)
    assert purposes() == ["confirm_question"]
    issue = mailing.issue_for_article(part)
    send_issue(issue)
    if issue.state == "preparing":
        prepare_issue(issue)
    pump()
    tell_waiting()

    question.refresh_from_db()
    assert question.told_at is not None
    assert question.address == ""
    assert purposes() == ["confirm_question"]


def test_a_follower_of_a_part_that_is_never_mailed_gets_a_mail_after_all(place: Any, author: Any) -> None:
    series, part = place
    question = following(series, part)
    answer(question, part, author)
    tell_waiting()
    assert purposes() == ["confirm_question"]

    long_ago = timezone.now() - timedelta(days=15)
    type(part).objects.filter(pk=part.pk).update(first_published_at=long_ago)
    aggregate()
    aggregate()

    assert purposes() == ["confirm_question", "question_answered"]


def test_addresses_nobody_confirms_are_not_kept(place: Any) -> None:
    series, _part = place
    old, new = asked(series, "old@example.org"), a_question(series, address="new@example.org")
    rejected = a_question(
        series, "No?", state="rejected", address="no@example.org", confirmed_at=timezone.now()
    )
    long_ago = timezone.now() - timedelta(days=31)
    ReaderQuestion.objects.filter(pk__in=[old.pk, rejected.pk]).update(asked_at=long_ago)

    assert forget_old_addresses() == 2

    assert set(ReaderQuestion.objects.exclude(address="").values_list("pk", flat=True)) == {new.pk}


def test_a_reader_is_exported_and_erased(place: Any) -> None:
    series, _part = place
    confirmed(series)
    a_question(series, "Somebody else's?", address="other@example.org")

    (exported,) = export_questions(ADDRESS.upper())
    assert (exported["series"], exported["words"], exported["state"]) == (series.title, WORDS, "held")

    assert erase_questions(ADDRESS.upper()) == 1
    assert erase_questions(ADDRESS) == 0
    assert [question.words for question in ReaderQuestion.objects.all()] == ["Somebody else's?"]
