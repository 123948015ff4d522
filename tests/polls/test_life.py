"""An author opens a poll again, archives it, takes it back, and cannot delete what readers answered."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.models import ModelLogEntry

from onward_polls import signals
from onward_polls.actions import archive_poll, close_poll, reopen_poll, reword, unarchive_poll
from onward_polls.errors import EditRefused, PollClosed
from onward_polls.models import Ballot, Poll
from onward_polls.viewsets import edit_url
from tests.polls.conftest import ReaderAtPoll
from tests.polls.editor import address, form_of, save, text_of
from tests.polls.factories import a_poll, an_article, closed_a_while_ago, option, vote


pytestmark = pytest.mark.django_db


def in_hours(hours: int) -> str:
    return f"{timezone.localtime() + timedelta(hours=hours):%Y-%m-%d %H:%M}"


@pytest.fixture
def closed(poll: Poll) -> Poll:
    """A poll that has closed with one answer."""
    vote(poll, "Repair")
    return closed_a_while_ago(poll)


@pytest.fixture
def changes() -> Any:
    """The polls that ``poll_changed`` was sent for."""
    heard: list[Poll] = []
    receiver = lambda **news: heard.append(news["poll"])  # noqa: E731
    signals.poll_changed.connect(receiver)
    yield heard
    signals.poll_changed.disconnect(receiver)


def test_opening_again_asks_until_when_and_is_noted(author: Client, closed: Poll) -> None:
    asked = text_of(author.get(address("reopen", closed.pk)))
    until = in_hours(48)
    done = author.post(address("reopen", closed.pk), {"closes_at": until}, follow=True)

    poll = Poll.objects.get()
    assert "The 1 answer given so far stays" in asked
    assert "Time zone:" in asked
    assert "The poll is open again until" in text_of(done)
    assert f"{timezone.localtime(poll.closes_at):%Y-%m-%d %H:%M}" == until
    assert poll.reopened_at
    assert ModelLogEntry.objects.get(action="onward_polls.reopen").user == author.user
    assert vote(poll, "Selling").pk


@pytest.mark.parametrize("visibility", Poll.ResultsVisibility)
def test_readers_are_told_before_they_answer_that_a_poll_was_opened_again(
    author: Client, closed: Poll, client: Client, visibility: str
) -> None:
    Poll.objects.update(results_visibility=visibility)
    path = an_article(closed).get_url()
    assert "Opened again on" not in text_of(client.get(path))

    author.post(address("reopen", closed.pk), {"closes_at": in_hours(48)})

    assert f"Opened again on {date_format(timezone.localdate(), 'j F')} · Open until" in text_of(
        client.get(path)
    )


def test_opening_again_without_a_closing_time_leaves_it_to_the_author(author: Client, closed: Poll) -> None:
    author.post(address("reopen", closed.pk), {"closes_at": ""})

    assert Poll.objects.get().closes_at is None
    assert address("close", closed.pk) in author.get(edit_url(closed)).content.decode()


@pytest.mark.parametrize("when", ["2020-01-01 12:00", "tomorrow", "9999999", "2026-13-45 99:99"])
def test_a_closing_time_that_makes_no_sense_is_refused_and_kept_in_the_field(
    author: Client, closed: Poll, when: str
) -> None:
    page = author.post(address("reopen", closed.pk), {"closes_at": when})

    assert page.status_code == 200
    assert f'value="{when}"' in page.content.decode()
    assert Poll.objects.get().is_closed


def test_the_databases_clock_refuses_a_time_that_has_just_passed(closed: Poll, time_machine: Any) -> None:
    passed = timezone.now() - timedelta(seconds=1)
    time_machine.move_to(timezone.now() - timedelta(days=1))

    with pytest.raises(EditRefused, match="has passed"):
        reopen_poll(closed, closes_at=passed)

    assert Poll.objects.get().reopened_at is None


def test_what_is_open_cannot_be_opened_again(author: Client, poll: Poll) -> None:
    page = author.post(address("reopen", poll.pk), {"closes_at": ""})

    assert "is not closed" in text_of(page)
    assert Poll.objects.get().reopened_at is None


def test_what_is_archived_is_taken_out_first(closed: Poll) -> None:
    archive_poll(closed)

    with pytest.raises(EditRefused, match="in the archive"):
        reopen_poll(closed)


def test_an_archived_poll_takes_no_answer_and_keeps_those_it_has(author: Client, poll: Poll) -> None:
    vote(poll, "Repair")

    asked = text_of(author.get(address("archive", poll.pk)))
    author.post(address("archive", poll.pk))

    assert "The 1 answer given so far stays" in asked
    with pytest.raises(PollClosed):
        vote(poll, "Selling")
    assert Ballot.objects.count() == 1
    assert "No longer asked" in text_of(author.get(edit_url(poll)))


def test_a_poll_out_of_the_archive_is_open_again_and_says_so(author: Client, poll: Poll) -> None:
    author.post(address("archive", poll.pk))
    author.post(address("unarchive", poll.pk))

    assert Poll.objects.get().archived_at is None
    assert Poll.objects.get().reopened_at
    assert vote(poll, "Selling").pk
    names = ModelLogEntry.objects.filter(action__startswith="onward_polls.").values_list("action", flat=True)
    assert sorted(names) == ["onward_polls.archive", "onward_polls.unarchive"]


def test_a_closed_poll_comes_out_of_the_archive_closed(closed: Poll) -> None:
    archive_poll(closed)
    unarchive_poll(closed)

    assert Poll.objects.get().reopened_at is None
    assert closed.is_closed


def test_pressing_twice_is_noted_once(poll: Poll) -> None:
    for action in (archive_poll, archive_poll, unarchive_poll, unarchive_poll):
        action(poll)

    assert ModelLogEntry.objects.count() == 2


def test_whatever_readers_see_changed_is_told_once(
    author: Client, poll: Poll, changes: list[Poll], django_capture_on_commit_callbacks: Any
) -> None:
    steps = (
        lambda: archive_poll(poll),
        lambda: unarchive_poll(poll),
        lambda: reword(poll, question="And now?"),
        lambda: save(author, poll, "Hiring"),
    )
    for step in steps:
        changes.clear()
        with django_capture_on_commit_callbacks(execute=True):
            step()
        assert changes == [poll]


def test_opening_again_is_told_and_closing_is_not_told_twice(
    poll: Poll, changes: list[Poll], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        close_poll(poll)
    assert changes == []

    with django_capture_on_commit_callbacks(execute=True):
        reopen_poll(poll)
    assert changes == [poll]


def test_opening_a_confirm_page_changes_nothing(author: Client, closed: Poll) -> None:
    before = Poll.objects.values().get()

    for name in ("close", "reopen", "archive", "unarchive", "ask_again", "copy_poll"):
        assert author.get(address(name, closed.pk)).status_code == 200

    assert Poll.objects.values().get() == before


def test_the_editor_shows_when_it_closed_and_how_to_open_it(author: Client, closed: Poll) -> None:
    page = author.get(edit_url(closed)).content.decode()
    refused = text_of(author.post(edit_url(closed), form_of(closed, closes_at=in_hours(24))))

    assert 'name="closes_at"' not in page
    assert address("reopen", closed.pk) in page
    assert "can no longer be changed here. Open it again." in refused
    assert Poll.objects.get().is_closed


@pytest.mark.parametrize("state", ["open", "closed", "archived", "waiting"])
def test_the_editor_offers_only_what_can_be_done(author: Client, poll: Poll, state: str) -> None:
    now = timezone.now()
    fields = {
        "closed": {"closes_at": now - timedelta(hours=1)},
        "archived": {"archived_at": now},
        "waiting": {"opens_at": now + timedelta(hours=1)},
    }
    Poll.objects.update(**fields.get(state, {}))
    page = author.get(edit_url(poll)).content.decode()

    offered = {name for name in ("close", "reopen", "archive", "unarchive") if address(name, poll.pk) in page}

    assert (
        offered
        == {
            "open": {"close", "archive"},
            "closed": {"reopen", "archive"},
            "archived": {"unarchive"},
            "waiting": {"archive"},
        }[state]
    )


def test_deleting_is_refused_with_the_way_to_where_it_is_used_and_to_the_archive(
    author: Client, poll: Poll
) -> None:
    page = an_article(poll)
    vote(poll, "Repair")

    answer = author.post(address("delete", poll.pk), follow=True).content.decode()

    assert "1 reader has answered it, and the answers would be lost." in answer
    assert f"/admin/pages/{page.pk}/edit/" in answer
    assert address("archive", poll.pk) in answer
    assert option(poll, "Repair").votes.count() == 1


def test_a_poll_that_is_asked_again_is_not_deleted(author: Client) -> None:
    poll = a_poll("First?")
    author.post(address("ask_again", poll.pk))

    answer = text_of(author.post(address("delete", poll.pk), follow=True))

    assert "asks it again. Delete that poll first." in answer
    assert Poll.objects.count() == 2


def test_a_page_left_open_cannot_answer_what_was_archived(person: ReaderAtPoll) -> None:
    person.press("Selling")
    archive_poll(person.poll)

    response = person.press("Selling")

    assert 400 <= response.status_code < 500
    assert Ballot.objects.count() == 0
