"""An author closes a poll, or its time runs out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from onward_polls import signals
from onward_polls.actions import announce_closings, close_poll
from onward_polls.errors import PollClosed, PollNotOpen
from onward_polls.models import Ballot, Poll
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_poll, closed_a_while_ago, vote


pytestmark = pytest.mark.django_db


def test_a_page_left_open_overnight_cannot_vote(person: ReaderAtPoll) -> None:
    person.press("Selling")
    closed = (timezone.now() - timedelta(days=1)).replace(hour=12)
    Poll.objects.update(opens_at=closed - timedelta(days=30), closes_at=closed)

    response = person.press("Selling")

    assert response.status_code == 409
    day = (
        f"{closed.day} {closed:%B}" if closed.year == timezone.now().year else f"{closed.day} {closed:%B %Y}"
    )
    assert f"This poll closed on {day}, so your vote was not counted." in response.content.decode()
    assert Ballot.objects.count() == 0


def test_a_poll_closed_in_another_year_says_which(poll: Poll) -> None:
    Poll.objects.update(closes_at=datetime(2025, 12, 30, 12, tzinfo=UTC))

    with pytest.raises(PollClosed, match="30 December 2025"):
        vote(poll, "Selling")


def test_the_databases_clock_decides_and_not_this_machines(poll: Poll, time_machine: object) -> None:
    poll.closes_at = timezone.now() + timedelta(hours=1)
    poll.save()
    time_machine.move_to(timezone.now() + timedelta(days=30))

    assert vote(poll, "Selling").pk


def test_closing_now_refuses_every_later_ballot(poll: Poll, author: object) -> None:
    vote(poll, "Repair")

    close_poll(poll, user=author.user)

    assert poll.is_closed
    with pytest.raises(PollClosed):
        vote(poll, "Selling")
    assert Ballot.objects.filter(cast_at__gte=poll.closes_at).count() == 0
    entry = ModelLogEntry.objects.get(action="onward_polls.close")
    assert (entry.user, entry.object_id) == (author.user, str(poll.pk))


def test_closing_twice_is_noted_once(poll: Poll, django_capture_on_commit_callbacks: object) -> None:
    heard = []
    receiver = lambda **news: heard.append(news["poll"])  # noqa: E731
    signals.poll_closed.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        close_poll(poll)
        close_poll(poll)
        announce_closings()
    signals.poll_closed.disconnect(receiver)

    assert heard == [poll]


def test_a_poll_that_has_not_opened_cannot_be_closed(poll: Poll) -> None:
    Poll.objects.update(opens_at=timezone.now() + timedelta(days=1))

    with pytest.raises(PollNotOpen):
        close_poll(poll)


def test_a_closing_time_that_passes_is_announced_once(
    poll: Poll, django_capture_on_commit_callbacks: object
) -> None:
    a_poll("Still open?", closes_at=timezone.now() + timedelta(days=1))
    closed_a_while_ago(poll)
    heard = []
    receiver = lambda **news: heard.append(news["poll"])  # noqa: E731
    signals.poll_closed.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        assert announce_closings() == 1
        assert announce_closings() == 0
    signals.poll_closed.disconnect(receiver)

    assert heard == [poll]


def test_a_poll_opened_again_is_announced_again_when_it_closes(poll: Poll) -> None:
    closed_a_while_ago(poll)
    announce_closings()
    Poll.objects.update(close_announced_at=timezone.now() - timedelta(days=1))
    Poll.objects.update(closes_at=timezone.now() - timedelta(minutes=1))

    assert announce_closings() == 1


def test_a_closed_poll_shows_its_result_and_no_form(person: ReaderAtPoll) -> None:
    vote(person.poll, "Repair")
    closed_a_while_ago(person.poll)

    page = person.look()

    assert "Closed on" in page
    assert "1 reader who chose to answer" in page
    assert "<form" not in page
