"""Networks: one has its share of an hour, nobody's address is kept, and after two days nothing is known."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.utils import timezone

from onward_polls.actions import fold_tallies, link_reader, rebuild_tallies, withdraw_ballot
from onward_polls.fairness import networks
from onward_polls.fairness.networks import forget_networks, network_hash, network_of
from onward_polls.models import Ballot, NetworkKey, Poll, TallyDelta
from onward_polls.tally import read_tally
from onward_polls.tasks import fold
from tests.polls.conftest import FETCH
from tests.polls.factories import a_poll, an_article, option, somebody, vote


pytestmark = pytest.mark.django_db

AGENT = "Mozilla/5.0 (X11; Harvester 3000)"


@pytest.fixture(autouse=True)
def _no_key_remembered() -> Iterator[None]:
    networks._key_of.clear()
    yield
    networks._key_of.clear()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.7", "203.0.113.250"),
        ("::ffff:203.0.113.7", "203.0.113.250"),
        ("2001:db8:1:1::1", "2001:db8:1:ffff:1:2:3:4"),
        ("", "not an address; DROP TABLE"),
        (" 203.0.113.7 ", "203.0.113.7"),
    ],
)
def test_addresses_of_one_network(one: str, other: str) -> None:
    assert network_of(one) == network_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("203.0.113.7", "203.0.114.7"),
        ("2001:db8:1::1", "2001:db8:2::1"),
        ("203.0.113.7", "garbage"),
        ("::1", "0.0.0.1"),
    ],
)
def test_addresses_of_two_networks(one: str, other: str) -> None:
    assert network_of(one) != network_of(other)


def test_a_hash_says_nothing_across_polls_or_days(poll: Poll) -> None:
    address = "203.0.113.7"
    today = network_hash(poll, address)

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        tomorrow = network_hash(poll, address)

    assert today == network_hash(poll, "203.0.113.200")
    assert len({today, tomorrow, network_hash(a_poll("Another?"), address)}) == 3
    assert NetworkKey.objects.count() == 2


def test_a_key_that_was_rolled_back_is_not_used_again(poll: Poll) -> None:
    before = network_hash(poll, "203.0.113.7")
    NetworkKey.objects.all().delete()

    assert network_hash(poll, "203.0.113.7") != before


def test_one_network_has_sixty_new_ballots_an_hour(poll: Poll) -> None:
    ballots = [vote(poll, "Repair", network="one") for _reader in range(63)]
    elsewhere = vote(poll, "Selling", network="other")

    tally = read_tally(poll)
    assert (tally.n, tally.excluded) == (61, 3)
    assert [ballot.is_counted for ballot in ballots] == [True] * 60 + [False] * 3
    assert {ballot.exclusion for ballot in ballots[60:]} == {Ballot.Exclusion.NETWORK}
    assert elsewhere.is_counted
    fold_tallies()
    assert read_tally(poll, live=False).excluded == 3
    assert rebuild_tallies() == 0


def test_after_an_hour_a_network_counts_again(poll: Poll) -> None:
    for _reader in range(60):
        vote(poll, "Repair", network="one")
    Ballot.objects.update(cast_at=timezone.now() - timedelta(minutes=61))

    assert vote(poll, "Repair", network="one").is_counted


def test_no_limit_where_the_setting_says_so(poll: Poll, settings: object) -> None:
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "BALLOTS_PER_NETWORK_HOUR": 0}

    assert all(vote(poll, "Repair", network="one").is_counted for _reader in range(62))


@pytest.fixture
def beyond(poll: Poll, settings: object) -> tuple[str, Ballot]:
    """A reader whose ballot is the second where a network may have one."""
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "BALLOTS_PER_NETWORK_HOUR": 1}
    vote(poll, "Repair", network="one")
    identity = somebody()
    return identity, vote(poll, "Selling", identity=identity, network="one")


def seen(poll: Poll) -> tuple[int, int, int]:
    """Return n, how many are set aside, and how many polls a recount finds wrong."""
    tally = read_tally(poll)
    return tally.n, tally.excluded, rebuild_tallies(poll)


def test_changing_a_ballot_that_is_set_aside_leaves_it_there(poll: Poll, beyond: tuple[str, Ballot]) -> None:
    identity, _ballot = beyond

    changed = vote(poll, "Coaching", identity=identity, network="another")

    assert not changed.is_counted
    assert seen(poll) == (1, 1, 0)


def test_a_ballot_set_aside_and_taken_back_is_no_longer_among_them(
    poll: Poll, beyond: tuple[str, Ballot]
) -> None:
    identity, ballot = beyond

    withdraw_ballot(ballot)
    assert seen(poll) == (1, 0, 0)

    vote(poll, "Coaching", identity=identity, network="another")
    assert seen(poll) == (1, 1, 0)


def test_merging_with_a_counted_ballot_leaves_one_that_counts(poll: Poll, beyond: tuple[str, Ballot]) -> None:
    identity, _ballot = beyond
    vote(poll, "Reports", identity="subscriber:a", network="another")

    link_reader(poll, alias=identity, identity="subscriber:a")

    assert seen(poll) == (2, 0, 0)


def test_merging_two_that_are_set_aside_leaves_one_that_is(poll: Poll, beyond: tuple[str, Ballot]) -> None:
    identity, _ballot = beyond
    vote(poll, "Reports", identity="subscriber:a", network="one")

    link_reader(poll, alias=identity, identity="subscriber:a")

    assert seen(poll) == (1, 1, 0)


@pytest.mark.parametrize(
    ("count", "presses", "counted"), [(1, 130, 60), (10, 130, 130), (50, 130, 130)], ids=["1", "10", "50"]
)
def test_fresh_cookies_do_not_get_a_network_beyond_its_limit(
    poll: Poll, count: int, presses: int, counted: int
) -> None:
    pressed: Counter[int] = Counter()
    for press in range(presses):
        pressed[press % count] += 1
        fresh_browser_votes(poll, f"10.{press % count}.0.{press % 250}")

    tally = read_tally(poll)
    assert tally.n == sum(min(60, n) for n in pressed.values()) == counted
    assert tally.excluded == presses - counted
    fold()
    assert poll.fairness_flags.exists() == (count < 50)


def fresh_browser_votes(poll: Poll, address: str) -> None:
    browser = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=AGENT)
    fields = {"option": str(option(poll, "Repair").uuid)}
    for _press in range(2):
        response = browser.post(f"/polls/{poll.pk}/", fields, headers=FETCH)
        fields["csrfmiddlewaretoken"] = browser.cookies["csrftoken"].value
    assert response.status_code == 200


def test_no_table_holds_an_address_or_the_name_of_a_browser(poll: Poll) -> None:
    for reader in range(30):
        fresh_browser_votes(poll, f"203.0.113.{reader}")
    fold()

    dump = everything()

    assert Ballot.objects.exclude(network="").count() == 30
    assert "203.0.113" not in dump
    assert "Harvester" not in dump


def everything() -> str:
    """Return every row of every table as text."""
    return "\n".join(
        repr(row)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        for row in model._base_manager.values_list()
    )


def test_after_two_days_nothing_leads_to_a_network(poll: Poll) -> None:
    vote(poll, "Repair", network=network_hash(poll, "203.0.113.7"))
    known = Ballot.objects.get().network

    with time_machine.travel(timezone.now() + timedelta(hours=47)):
        fold()
        assert Ballot.objects.get().network == known
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        fold()

    assert Ballot.objects.get().network == ""
    assert NetworkKey.objects.count() == 0
    assert read_tally(poll).n == 1


def test_forgetting_takes_more_than_one_lot(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "CHUNK", 2)
    for reader in range(5):
        vote(poll, "Repair", network=f"network {reader}")
    Ballot.objects.update(cast_at=timezone.now() - timedelta(hours=49))

    assert forget_networks() == 5
    assert forget_networks() == 0


def test_a_first_vote_with_a_network_takes_no_query_more(
    poll: Poll, django_assert_num_queries: object
) -> None:
    choice, identity = [option(poll, "Repair")], somebody()
    from onward_polls.actions import cast_ballot

    # Two of the nine are the savepoint that the test itself causes.
    with django_assert_num_queries(9):
        cast_ballot(poll, identity=identity, options=choice, network="one")
    assert TallyDelta.objects.count() == 2


def test_a_vote_over_http_keeps_the_network(poll: Poll) -> None:
    an_article(poll)

    fresh_browser_votes(poll, "203.0.113.9")

    assert Ballot.objects.get().network == network_hash(poll, "203.0.113.77")
