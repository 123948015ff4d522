"""Law 1: scanners open every link of every mail, and nothing comes of it; the reader's button still works."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from onward_blog.models import CommentState, ReaderQuestion
from onward_newsletter.models import Delivery, Outbox, Subscriber, Subscription
from onward_polls.models import Ballot, FollowUp
from onward_polls.readers import ballots_of

from .letters import PURPOSES, mail_templates, mail_templates_used, paths_of, write_every_mail
from .whole_site import Human, Place, a_place, rows


pytestmark = pytest.mark.django_db(transaction=True)

#: How scanners, mail programs and link previews introduce themselves.
DISGUISES: list[dict[str, str]] = [
    {},
    {"Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender", "Sec-Fetch-Mode": "navigate"},
    {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/131.0 Safari/537.36"},
    {"User-Agent": "Mozilla/5.0 (compatible; MSIE 9.0; BingPreview/1.0b)", "X-Requested-With": "onward"},
    {"X-HTTP-Method-Override": "POST", "Content-Type": "application/x-www-form-urlencoded"},
]

#: An author's test of an issue belongs to no subscriber; its options lead to a sentence that says so.
OF_NOBODY = "/v/test/"
#: Templates of no mail of their own: for hosts that write mail themselves.
PIECES = {"onward_polls/mail/poll_links.txt", "onward_polls/mail/poll_results.txt"}


@pytest.fixture
def place(transactional_db: None, author: Any) -> Place:
    return a_place()


@pytest.fixture
def letters(place: Place, author: Any) -> list[Any]:
    return write_every_mail(place, author)


def scan(paths: set[str]) -> None:
    """Open each path as a scanner does: by GET and HEAD, twice, in every disguise, keeping what cookies it gets."""
    client = Client()
    for path in sorted(paths) * 2:
        for headers in DISGUISES:
            for method in (client.get, client.head):
                status = method(path, headers=headers).status_code
                assert status < 400 or (status == 404 and path.startswith(OF_NOBODY)), path
        client.options(path)
    assert not client.cookies


def test_every_kind_of_mail_is_among_the_letters(place: Place, author: Any) -> None:
    with mail_templates_used() as used:
        letters = write_every_mail(place, author)

    assert set(Outbox.objects.values_list("purpose", flat=True)) == PURPOSES
    assert mail_templates() - used == PIECES
    deliveries = Delivery.objects.filter(state="submitted").count()
    assert deliveries == Subscription.objects.active().count()
    assert len(letters) == Outbox.objects.filter(state="submitted").count() + deliveries


def test_no_link_of_any_mail_changes_a_row_until_its_button_is_pressed(letters: list[Any]) -> None:
    paths = {path for letter in letters for path in paths_of(letter)}
    before = rows()

    scan(paths)

    after = rows()
    assert {table for table in after if after[table] != before[table]} == set()
    assert_buttons_work()


def assert_buttons_work() -> None:
    confirm_a_subscription()
    confirm_a_comment()
    stop_mail_about_replies()
    confirm_a_follow_up()
    confirm_the_address_of_a_question()
    answer_the_poll()
    leave_in_one_click()
    leave_by_the_page()
    take_the_data()
    be_erased()


def link(address: str, piece: str) -> str:
    """Return the path of a link in a mail to an address."""
    paths = {path for letter in mail.outbox if letter.to == [address] for path in paths_of(letter)}
    return min(path for path in paths if piece in path)


def confirm_a_subscription() -> None:
    assert Human().press(link("new@example.org", "/confirm/")).status_code == 303
    assert Subscription.objects.get(subscriber__address="new@example.org").state == "active"


def confirm_a_comment() -> None:
    assert Human().press(link("writer@example.org", "/comments/confirm/")).status_code == 200
    assert CommentState.objects.get(comment__user_email="writer@example.org").state == "held"


def stop_mail_about_replies() -> None:
    assert Human().press(link("asker@example.org", "/comments/mute/")).status_code == 200
    assert not CommentState.objects.get(comment__user_email="asker@example.org").follows_replies


def confirm_a_follow_up() -> None:
    assert Human().press(link("maybe@example.org", "/polls/follow-up/")).status_code == 200
    assert FollowUp.objects.get(address="maybe@example.org").confirmed_at is not None


def confirm_the_address_of_a_question() -> None:
    assert Human().press(link("curious@example.org", "/questions/told/")).status_code == 200
    assert ReaderQuestion.objects.get(address="curious@example.org").confirmed_at is not None


def answer_the_poll() -> None:
    path = link("voter@example.org", "/v/")
    before = Ballot.objects.count()
    assert Human().press(path).status_code == 303
    voter = Subscriber.objects.get(address="voter@example.org")
    (ballot,) = ballots_of(f"subscriber:{voter.uuid}")
    assert str(ballot.votes.get().option.uuid) == path.rpartition("/")[2]
    assert Ballot.objects.count() == before + 1


def leave_in_one_click() -> None:
    (letter,) = [letter for letter in mail.outbox if letter.to == ["leaver@example.org"]]
    path = letter.extra_headers["List-Unsubscribe"].strip("<>").partition("8000")[2]
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Subscription.objects.get(subscriber__address="leaver@example.org").state == "ended"


def leave_by_the_page() -> None:
    assert Human().press(link("voter@example.org", "/u/")).status_code == 200
    assert Subscription.objects.get(subscriber__address="voter@example.org").state == "ended"


def take_the_data() -> None:
    response = Human().press(link("exporter@example.org", "/my-data/"))
    assert response.json()["address"] == "exporter@example.org"
    assert (
        Human().press(link("exporter@example.org", "/newsletter/manage/"), button="leave").status_code == 303
    )
    assert Subscription.objects.get(subscriber__address="exporter@example.org").state == "ended"


def be_erased() -> None:
    assert Human().press(link("eraser@example.org", "/erase/")).status_code == 200
    assert not Subscriber.objects.filter(address="eraser@example.org").exists()
