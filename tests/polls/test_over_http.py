"""Crowds and attacks over HTTP, against the real server on PostgreSQL: many presses at once, and bots among readers.

Short forms of ``make bench ARGS="rush unfair"``, which runs them at length and on SQLite too, and measures what readers
wait.
"""

from collections.abc import Iterator

import pytest

from tests.bench.rush import rush
from tests.bench.servers import a_site, manage, served
from tests.bench.unfair import attack, problems_of
from tests.services import new_database


pytestmark = pytest.mark.services

#: Few enough to be quick: each crowd of 64 comes once, and the attack takes three seconds.
ROUNDS, VOTES, SECONDS = 1, 300, 3

Site = tuple[dict[str, str], int]


@pytest.fixture(scope="module")
def site(postgresql_url: str, migrated_postgresql: str) -> Iterator[Site]:
    """A site on PostgreSQL: its environment, and the port it is served on."""
    with (
        new_database(postgresql_url, like=migrated_postgresql) as url,
        a_site(DATABASE_URL=url, TRUSTED_PROXY_COUNT="1") as environment,
    ):
        manage("migrate", "--verbosity", "0", environment=environment)
        with served(environment, workers=2) as port:
            yield environment, port


def test_64_presses_at_once_leave_one_ballot_of_each_reader(site: Site) -> None:
    assert rush(*site, rounds=ROUNDS)["exact"] == ROUNDS


def test_an_attack_from_many_networks_is_flagged_and_no_reader_refused(site: Site) -> None:
    outcome = attack(*site, networks=50, votes=VOTES, seconds=SECONDS)

    assert problems_of(outcome, networks=50) == []
