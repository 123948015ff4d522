"""An author asks a reader once, by mail, whether a sentence may be quoted; the reader answers on a page."""

import re
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from wagtail import hooks
from wagtail.models import ModelLogEntry

from onward_polls.actions import add_words, confirm_follow_up, link_reader, request_follow_up, withdraw_ballot
from onward_polls.actions.permission import ask_permission
from onward_polls.desk.permission import permission_token
from onward_polls.erasure import erase_answers
from onward_polls.errors import CannotAsk
from onward_polls.models import Ballot, Poll, WordsNote
from onward_polls.viewsets import poll_viewset
from tests.polls.factories import closed_a_while_ago, vote


pytestmark = pytest.mark.django_db

RID = "rid:" + "b" * 32
OTHER = "rid:" + "c" * 32


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send through Django's mail, as where nobody has registered the hook."""
    hooks.search_for_hooks()
    monkeypatch.setitem(hooks._hooks, "onward_polls_send_mail", [])


@pytest.fixture
def ballot(poll: Poll) -> Ballot:
    """A sentence without consent, and an address whose owner confirmed it."""
    ballot = add_words(vote(poll, "Repair", identity=RID), words="I coach <every> day.", consent="none")
    confirm_follow_up(request_follow_up(ballot, "tess@example.org"))
    mail.outbox.clear()
    return ballot


def ask_url(ballot: Ballot) -> str:
    return reverse(poll_viewset.get_url_name("ask_permission"), args=[ballot.poll_id, ballot.uuid])


def link_in(message: Any) -> str:
    return re.search(r"https?://[^/\s]+(/polls/permission/\S+)", message.body).group(1)


def test_one_mail_goes_out_and_never_a_second(author: Client, ballot: Ballot) -> None:
    asked = author.get(ask_url(ballot)).content.decode()
    before = len(mail.outbox)
    for _press in range(3):
        author.post(ask_url(ballot))

    assert (before, len(mail.outbox)) == (0, 1)
    assert "Yes, send one mail" in asked
    assert "Yes, send one mail" not in author.get(ask_url(ballot)).content.decode()
    assert ModelLogEntry.objects.get(action="onward_polls.ask_permission").user == author.user


def test_the_mail_says_what_was_written_and_where_to_answer(ballot: Ballot) -> None:
    ask_permission(ballot)

    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert message.to == ["tess@example.org"]
    assert "I coach <every> day." in message.body
    assert "I coach &lt;every&gt; day." in html
    assert link_in(message) in html
    assert "prefers-color-scheme: dark" in html


def test_a_hook_takes_the_mail_instead(ballot: Ballot, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[dict[str, Any]] = []
    monkeypatch.setitem(
        hooks._hooks, "onward_polls_send_mail", [(lambda **mail: taken.append(mail) or True, 0)]
    )

    ask_permission(ballot)

    assert mail.outbox == []
    assert [each["purpose"] for each in taken] == ["poll_permission"]
    assert taken[0]["key"]
    assert taken[0]["html"]


def test_a_mail_server_that_refuses_leaves_the_reader_unasked(
    author: Client, ballot: Ballot, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"

    page = author.post(ask_url(ballot), follow=True).content.decode()

    assert "nobody was asked" in page
    assert WordsNote.objects.get(ballot=ballot).asked_at is None


class DeadServer:
    """A mail server that hangs up."""

    def __init__(self, **kwargs: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        raise SMTPServerDisconnected("gone")


def test_readers_who_cannot_be_asked_are_not(poll: Poll, ballot: Ballot) -> None:
    without_address = add_words(vote(poll, "Repair"), words="No address.", consent="none")
    unconfirmed = add_words(vote(poll, "Repair"), words="Not confirmed.", consent="none")
    request_follow_up(unconfirmed, "other@example.org")
    agreed = add_words(vote(poll, "Repair"), words="Quote me.", consent="anonymous")
    confirm_follow_up(request_follow_up(agreed, "agreed@example.org"))
    mail.outbox.clear()
    withdraw_ballot(ballot)

    for each in (without_address, unconfirmed, agreed, ballot):
        with pytest.raises(CannotAsk):
            ask_permission(each)

    assert mail.outbox == []


def test_a_reader_with_two_ballots_that_become_one_is_not_asked_again(poll: Poll, ballot: Ballot) -> None:
    ask_permission(ballot)
    later = add_words(vote(poll, "Selling", identity=OTHER), words="I sell.", consent="none")

    link_reader(poll, alias=OTHER, identity=RID)

    assert Ballot.objects.get().pk == later.pk
    with pytest.raises(CannotAsk):
        ask_permission(later)
    assert len(mail.outbox) == 1


def test_an_editor_who_may_not_change_polls_asks_nobody(editor: Client, ballot: Ballot) -> None:
    editor.post(ask_url(ballot))

    assert mail.outbox == []


# The reader's side


def test_a_scanner_opens_the_link_twenty_times_and_nothing_changes(stranger: Client, ballot: Ballot) -> None:
    ask_permission(ballot)
    link = link_in(mail.outbox[0])

    for _visit in range(20):
        response = stranger.get(link + "?consent=name&credit=Scanner")
        stranger.head(link)

    ballot.refresh_from_db()
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies
    assert (ballot.consent, ballot.credit) == ("none", "")


def test_the_reader_agrees_and_changes_the_answer_later(stranger: Client, poll: Poll, ballot: Ballot) -> None:
    ask_permission(ballot)
    link = link_in(mail.outbox[0])
    closed_a_while_ago(poll)

    agreed = stranger.post(link, {"consent": "initials", "credit": "Tess Okafor"}).content.decode()
    ballot.refresh_from_db()
    then = (ballot.consent, ballot.credit)
    stranger.post(link, {"consent": "none"})

    ballot.refresh_from_db()
    assert "may be quoted as you chose" in agreed
    assert "at any time" in agreed
    assert then == ("initials", "T. O.")
    assert (ballot.consent, ballot.credit) == ("none", "")


def test_a_name_is_missing_and_the_page_says_so(stranger: Client, ballot: Ballot) -> None:
    ask_permission(ballot)

    response = stranger.post(link_in(mail.outbox[0]), {"consent": "name", "credit": " "})

    assert response.status_code == 400
    assert "Please add the name" in response.content.decode()
    assert re.search(r'value="name" checked', response.content.decode())


@pytest.mark.parametrize(
    "fields", [{}, {"consent": "everything"}, {"consent": ["none", "x"]}, {"consent": "\x00"}]
)
def test_nonsense_is_refused_with_a_sentence(stranger: Client, ballot: Ballot, fields: Any) -> None:
    ask_permission(ballot)

    response = stranger.post(link_in(mail.outbox[0]), fields)

    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert Ballot.objects.get().consent == "none"


def test_another_site_cannot_press_the_button(stranger: Client, ballot: Ballot) -> None:
    ask_permission(ballot)

    response = stranger.post(
        link_in(mail.outbox[0]), {"consent": "anonymous"}, headers={"Origin": "https://evil.example"}
    )

    assert response.status_code == 403
    assert Ballot.objects.get().consent == "none"


def test_a_link_is_for_one_ballot_whose_reader_was_asked(
    stranger: Client, poll: Poll, ballot: Ballot
) -> None:
    never_asked = add_words(vote(poll, "Selling"), words="Mine.", consent="none")
    ask_permission(ballot)
    forged = [permission_token(never_asked), permission_token(ballot)[:-1] + "A~", "x", "é" * 40]

    for token in forged:
        url = reverse("onward_polls:permission", args=[token])
        assert stranger.post(url, {"consent": "anonymous"}).status_code == 404

    assert not Ballot.objects.exclude(consent="none").exists()


@pytest.mark.parametrize("end", [withdraw_ballot, lambda ballot: erase_answers(RID)])
def test_a_link_dies_with_the_sentence(stranger: Client, ballot: Ballot, end: Any) -> None:
    ask_permission(ballot)
    end(ballot)

    response = stranger.post(link_in(mail.outbox[0]), {"consent": "anonymous"})

    assert response.status_code == 404
    assert "I coach" not in response.content.decode()
    assert Ballot.objects.get().consent == "none"
