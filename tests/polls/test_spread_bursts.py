"""Answers that come at once from many networks, a few from each: one flag for all of them, and none for readers."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onward_polls.actions import decide_flag
from onward_polls.fairness.finding import find_flags, tally_without
from onward_polls.models import MANY_NETWORKS, Ballot, FairnessFlag, Poll
from onward_polls.tally import read_tally
from tests.polls.factories import option, vote
from tests.polls.test_flags_admin import look


pytestmark = pytest.mark.django_db

SPREAD = ("burst", MANY_NETWORKS)


def strangers(poll: Poll, count: int, *, minutes: float = 0) -> None:
    """Let readers answer from networks of their own, the first so many minutes ago."""
    votes(poll, [f"home {reader}" for reader in range(count)], 1, minutes=minutes, text="Selling")


def votes(poll: Poll, networks: list[str], each: int, *, minutes: float = 0, text: str = "Repair") -> None:
    """Cast ballots from each network in turn, evenly over so many minutes until now."""
    pattern = vote(poll, text, network=networks[0])
    fields = {name: getattr(pattern, name) for name in ("poll", "door", "cast_by")}
    n = len(networks) * each
    moments = [timezone.now() - timedelta(minutes=minutes) * (n - 1 - place) / n for place in range(n)]
    ballots = Ballot.objects.bulk_create(
        Ballot(
            **fields,
            cast_at=moment,
            network=networks[place % len(networks)],
            reader_key=f"{text}{place}{minutes}",
        )
        for place, moment in enumerate(moments)
    )
    chosen = option(poll, text)
    chosen.votes.model.objects.bulk_create(chosen.votes.model(ballot=one, option=chosen) for one in ballots)
    pattern.delete()


def flags(poll: Poll) -> dict[tuple[str, str], int]:
    return {(flag.kind, flag.network): flag.ballots.count() for flag in poll.fairness_flags.all()}


def nets(count: int) -> list[str]:
    return [f"net {number:03}" for number in range(count)]


@pytest.mark.parametrize(
    ("networks", "each", "minutes", "found"),
    [
        (20, 5, 9, 100),
        (50, 10, 1, 500),
        (19, 5, 1, 0),
        (25, 4, 1, 0),
        (20, 5, 60, 0),
    ],
    ids=["just enough", "a minute's attack", "too few in all", "too few of each", "too slow"],
)
def test_what_is_a_burst_of_many_networks(
    poll: Poll, networks: int, each: int, minutes: float, found: int
) -> None:
    strangers(poll, 100)
    votes(poll, nets(networks), each, minutes=minutes)

    find_flags(poll)

    assert flags(poll) == ({SPREAD: found} if found else {})


def test_a_rush_of_readers_from_a_thousand_homes_and_some_offices_is_none(poll: Poll) -> None:
    strangers(poll, 1_000, minutes=5)
    votes(poll, nets(30), 6, minutes=5, text="Reports")

    assert find_flags(poll) == []


def test_looking_again_finds_nothing_new_and_an_attack_that_goes_on_grows_the_one_flag(poll: Poll) -> None:
    votes(poll, nets(40), 10, minutes=3)

    assert len(find_flags(poll)) == 1
    assert find_flags(poll) == []
    votes(poll, nets(40), 15)
    grown = find_flags(poll)

    assert [flag.ballots.count() for flag in grown] == [1_000]
    assert flags(poll) == {SPREAD: 1_000}
    assert find_flags(poll) == []


def test_so_many_networks_at_once_are_one_flag_and_few_are_one_each(poll: Poll) -> None:
    votes(poll, nets(21), 25)
    find_flags(poll)
    many = flags(poll)
    FairnessFlag.objects.all().delete()
    Ballot.objects.filter(network=nets(21)[-1]).delete()

    find_flags(poll)

    assert many == {SPREAD: 525}
    assert {network for _kind, network in flags(poll)} == set(nets(20))


def test_a_network_that_is_most_of_it_has_a_flag_of_its_own_beside_the_others(poll: Poll) -> None:
    votes(poll, nets(30), 25)
    votes(poll, ["the one"], 400, text="Reports")

    find_flags(poll)

    assert flags(poll) == {SPREAD: 750, ("burst", "the one"): 400, ("concentration", "the one"): 400}


def test_with_and_without_are_right_and_the_decision_holds(poll: Poll) -> None:
    strangers(poll, 60)
    votes(poll, nets(50), 10)
    (flag,) = find_flags(poll)
    from onward_polls.actions import rebuild_tallies

    rebuild_tallies()

    without = tally_without(poll, flag.ballots.all())

    assert read_tally(poll).n == 560
    assert (without.n, without.excluded) == (60, 500)
    assert {line.text: line.count for line in without.lines if line.count} == {"Selling": 60}
    assert decide_flag(flag, FairnessFlag.Decision.EXCLUDED, None) == 500
    assert read_tally(poll) == without


def test_the_author_reads_where_they_came_from(poll: Poll, author: Client) -> None:
    votes(poll, nets(50), 10)
    find_flags(poll)

    page = look(author, poll)

    assert "500 answers from many networks, five or more from each within ten minutes" in page
    assert "one network, " not in page


def test_looking_at_offices_that_are_too_few_takes_one_query(
    poll: Poll, django_assert_num_queries: Any
) -> None:
    votes(poll, nets(19), 5)

    with django_assert_num_queries(1):
        find_flags(poll)
