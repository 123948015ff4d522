"""An author looks at answers that may be unfair, and decides."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from onward_polls.models import Ballot, FairnessFlag, Poll
from onward_polls.tally import read_tally, recount
from onward_polls.viewsets import poll_viewset
from tests.polls.factories import vote


pytestmark = pytest.mark.django_db


def seen(response: Any) -> str:
    """Return the text of a page, a space between any two pieces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def address(name: str, *args: object) -> str:
    return reverse(poll_viewset.get_url_name(name), args=args)


def flagged(poll: Poll, n: int = 4) -> FairnessFlag:
    """Let one reader answer, and n more from one network."""
    vote(poll, "Selling")
    ballots = [vote(poll, "Repair") for _reader in range(n)]
    Ballot.objects.filter(pk__in=[ballot.pk for ballot in ballots]).update(network="n" * 64)
    moment = timezone.now()
    flag = FairnessFlag.objects.create(
        poll=poll,
        kind=FairnessFlag.Kind.BURST,
        network="n" * 64,
        first_at=moment - timedelta(minutes=4),
        last_at=moment,
        found_at=moment,
    )
    flag.ballots.set(ballots)
    return flag


def look(person: Client, poll: Poll) -> str:
    response = person.get(address("fairness", poll.pk))
    assert response.status_code == 200
    return seen(response)


def test_a_poll_without_signs_says_what_is_watched(author: Client, poll: Poll) -> None:
    assert "Nothing looks unfair" in look(author, poll)


def test_a_sign_shows_the_result_with_and_without(author: Client, poll: Poll) -> None:
    flagged(poll)

    page = look(author, poll)

    assert "Many at once" in page
    assert "4 answers from one network" in page
    assert "Now, n = 5" in page
    assert "Without them, n = 1" in page
    assert "Repair 4 0" in page
    assert "1 sign that answers may not be fair" in author.get(address("inspect", poll.pk)).content.decode()


def test_the_button_says_the_number_before_anything_is_set_aside(author: Client, poll: Poll) -> None:
    flag = flagged(poll)

    asked = seen(author.get(address("exclude_flag", poll.pk, flag.pk)))
    before = read_tally(poll).n
    page = author.post(address("exclude_flag", poll.pk, flag.pk), follow=True).content.decode()

    assert "4 answers are set aside" in asked
    assert "1 answer is left in the result" in asked
    assert "Yes, set 4 aside" in asked
    assert before == 5
    assert "4 answers are set aside. The result says so." in page
    assert (read_tally(poll).n, read_tally(poll).excluded) == (1, 4)
    assert ModelLogEntry.objects.get(action="onward_polls.exclude").user == author.user


def test_a_decision_can_be_undone_and_the_books_still_balance(author: Client, poll: Poll) -> None:
    flag = flagged(poll)

    for name in ("exclude_flag", "count_flag", "exclude_flag", "count_flag"):
        author.post(address(name, poll.pk, flag.pk))

    flag.refresh_from_db()
    assert (flag.decision, flag.decided_by) == ("counted", author.user)
    assert read_tally(poll).n == 5
    assert sum(n for (option, _door), n in recount(poll).items() if option is None) == 5
    assert (
        address("exclude_flag", poll.pk, flag.pk) in author.get(address("fairness", poll.pk)).content.decode()
    )


def test_readers_are_told_how_many_are_set_aside(author: Client, poll: Poll, stranger: Client) -> None:
    poll.results_visibility = "always"
    poll.save()
    flag = flagged(poll)

    author.post(address("exclude_flag", poll.pk, flag.pk))

    from onward_polls.actions import fold_tallies

    fold_tallies()
    assert "set aside" in stranger.get(f"/polls/{poll.pk}/").content.decode()


def limited(poll: Poll, network: str, n: int = 3) -> None:
    for _reader in range(n):
        ballot = vote(poll, "Repair")
        Ballot.objects.filter(pk=ballot.pk).update(
            network=network, excluded_at=ballot.cast_at, exclusion=Ballot.Exclusion.NETWORK
        )
    from onward_polls.actions import rebuild_tallies

    rebuild_tallies(poll)


@pytest.mark.parametrize("network", ["a" * 64, ""])
def test_what_the_limit_set_aside_can_be_counted_after_all_and_undone(
    author: Client, poll: Poll, network: str
) -> None:
    limited(poll, network)
    where = f"{address('count_limited', poll.pk)}?network={network}"

    listed = look(author, poll)
    asked = seen(author.get(where))
    before = read_tally(poll).n
    author.post(where)
    counted = read_tally(poll).n
    flag = FairnessFlag.objects.get()
    author.post(address("exclude_flag", poll.pk, flag.pk))

    assert "Set aside by the limit" in listed
    assert "3 answers that are set aside will be counted" in asked
    assert (before, counted) == (0, 3)
    assert (read_tally(poll).n, read_tally(poll).excluded) == (0, 3)


def test_counting_the_limited_twice_is_harmless(author: Client, poll: Poll) -> None:
    limited(poll, "a" * 64)
    where = f"{address('count_limited', poll.pk)}?network={'a' * 64}"

    author.post(where)
    author.post(where)

    assert read_tally(poll).n == 3
    assert FairnessFlag.objects.count() == 1


def test_opening_the_pages_decides_nothing(author: Client, poll: Poll) -> None:
    flag = flagged(poll)

    for name in ("exclude_flag", "count_flag"):
        author.get(address(name, poll.pk, flag.pk))
    author.get(address("count_limited", poll.pk))

    flag.refresh_from_db()
    assert (flag.decision, read_tally(poll).n) == ("open", 5)


def test_a_flag_of_another_poll_is_not_found(author: Client, poll: Poll) -> None:
    from tests.polls.factories import a_poll

    flag = flagged(poll)

    assert author.post(address("exclude_flag", a_poll("Another?").pk, flag.pk)).status_code == 404


@pytest.mark.parametrize("name", ["count_flag", "exclude_flag"])
def test_whoever_may_not_change_polls_decides_nothing(
    editor: Any, reader: Client, poll: Poll, name: str
) -> None:
    flag = flagged(poll)

    for person in (editor, reader):
        person.post(address(name, poll.pk, flag.pk))

    flag.refresh_from_db()
    assert flag.decision == "open"
