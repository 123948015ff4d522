"""What came in a way that strangers would not: flagged, shown with and without, decided by the author."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from onward_polls import signals
from onward_polls.actions import (
    add_words,
    cast_ballot,
    close_poll,
    decide_flag,
    exclude_ballots,
    fold_tallies,
    include_ballots,
    link_reader,
    rebuild_tallies,
)
from onward_polls.fairness.finding import few_writers, find_flags, in_bursts, tally_without
from onward_polls.models import Ballot, FairnessFlag, Poll
from onward_polls.tally import read_tally
from onward_polls.tasks import fold
from tests.polls.factories import a_poll, option, somebody, vote


pytestmark = pytest.mark.django_db

Kind, Decision = FairnessFlag.Kind, FairnessFlag.Decision


def votes(
    poll: Poll, count: int, network: str, *, apart: timedelta = timedelta(), text: str = "Repair"
) -> None:
    """Cast ballots from one network, the last one now, each this much after the one before."""
    for place in range(count):
        ballot = vote(poll, text, network=network)
        Ballot.objects.filter(pk=ballot.pk).update(cast_at=timezone.now() - apart * (count - 1 - place))


def kinds(poll: Poll) -> set[str]:
    return set(poll.fairness_flags.values_list("kind", flat=True))


def exact(poll: Poll) -> bool:
    return rebuild_tallies(poll) == 0


@pytest.fixture
def busy(poll: Poll) -> Poll:
    """A poll with a hundred answers from a hundred networks."""
    for reader in range(100):
        vote(poll, "Selling", network=f"reader {reader}")
    return poll


@pytest.mark.parametrize(
    ("count", "apart", "found"),
    [
        (20, timedelta(seconds=30), {"burst"}),
        (19, timedelta(seconds=30), set()),
        (20, timedelta(seconds=40), set()),
        (24, timedelta(minutes=30), set()),
        (25, timedelta(minutes=30), {"concentration"}),
        (30, timedelta(seconds=1), {"burst", "concentration"}),
    ],
)
def test_what_is_a_burst_and_what_a_concentration(
    busy: Poll, count: int, apart: timedelta, found: set[str]
) -> None:
    votes(busy, count, "one network", apart=apart)

    find_flags(busy)

    assert kinds(busy) == found


def test_a_hundred_networks_raise_no_flag(busy: Poll) -> None:
    assert find_flags(busy) == []


def test_only_what_was_cast_in_the_burst_is_on_its_flag(busy: Poll) -> None:
    votes(busy, 5, "one network", apart=timedelta(hours=1))
    Ballot.objects.filter(network="one network").update(cast_at=timezone.now() - timedelta(hours=3))
    votes(busy, 20, "one network")

    find_flags(busy)

    burst = FairnessFlag.objects.get(kind=Kind.BURST)
    assert burst.ballots.count() == 20
    assert burst.last_at - burst.first_at < timedelta(minutes=10)


def test_looking_again_finds_nothing_new_and_a_burst_that_goes_on_grows(busy: Poll) -> None:
    votes(busy, 20, "one network")

    assert len(find_flags(busy)) == 1
    assert find_flags(busy) == []
    votes(busy, 3, "one network")
    grown = find_flags(busy)

    assert [flag.ballots.count() for flag in grown] == [23]
    assert FairnessFlag.objects.count() == 1


def test_a_ballot_of_a_burst_that_was_withdrawn_is_no_part_of_it(busy: Poll) -> None:
    votes(busy, 20, "one network")
    Ballot.objects.filter(pk=Ballot.objects.latest("pk").pk).update(withdrawn_at=timezone.now())

    assert find_flags(busy) == []


def test_the_minutely_task_finds_bursts_before_it_folds(busy: Poll) -> None:
    votes(busy, 20, "one network")

    fold()
    fold()

    assert FairnessFlag.objects.get().ballots.count() == 20
    assert read_tally(busy, live=False).n == 120


def test_with_and_without(busy: Poll) -> None:
    votes(busy, 20, "one network")
    (flag,) = find_flags(busy)
    fold_tallies()
    vote(busy, "Selling")

    without = tally_without(busy, flag.ballots.all())

    assert read_tally(busy).n == 121
    assert (without.n, without.excluded) == (101, 20)
    assert {line.text: line.count for line in without.lines if line.count} == {"Selling": 101}
    decide_flag(flag, Decision.EXCLUDED, None)
    assert read_tally(busy) == without == tally_without(busy, flag.ballots.all())


def test_the_author_sets_a_burst_aside_and_takes_it_back_in(busy: Poll, author: Any) -> None:
    votes(busy, 20, "one network")
    (flag,) = find_flags(busy)

    assert decide_flag(flag, Decision.EXCLUDED, author.user) == 20
    assert (read_tally(busy).n, read_tally(busy).excluded) == (100, 20)
    assert exact(busy)

    assert decide_flag(flag, Decision.COUNTED, author.user) == 20
    assert (read_tally(busy).n, read_tally(busy).excluded) == (120, 0)
    assert exact(busy)
    flag.refresh_from_db()
    assert (flag.decision, flag.decided_by) == (Decision.COUNTED, author.user)


def test_a_flag_is_decided_one_way_or_the_other(busy: Poll) -> None:
    votes(busy, 20, "one network")
    (flag,) = find_flags(busy)

    with pytest.raises(ValueError, match="counted or excluded"):
        decide_flag(flag, Decision.OPEN, None)


@pytest.mark.parametrize(
    ("decision", "more", "after"),
    [
        (Decision.EXCLUDED, 1, Decision.OPEN),
        (Decision.COUNTED, 19, Decision.COUNTED),
        (Decision.COUNTED, 20, Decision.OPEN),
    ],
)
def test_a_decided_flag_that_grows_asks_again(busy: Poll, decision: str, more: int, after: str) -> None:
    votes(busy, 20, "one network")
    (flag,) = find_flags(busy)
    decide_flag(flag, decision, None)

    votes(busy, more, "one network")
    find_flags(busy)

    flag.refresh_from_db()
    assert (flag.decision, flag.ballots.count()) == (after, 20 + more)


def test_the_log_says_who_set_how_many_aside(busy: Poll, author: Any) -> None:
    exclude_ballots(Ballot.objects.all()[:3], author.user)
    exclude_ballots(Ballot.objects.all()[:3], author.user)
    include_ballots(Ballot.objects.all()[:1], author.user)

    entries = ModelLogEntry.objects.filter(action__startswith="onward_polls.").order_by("timestamp")
    messages = [str(registry.get_formatter(entry).format_message(entry)) for entry in entries]
    assert messages == ["3 ballots set aside", "1 ballot counted that was set aside"]
    assert {entry.user for entry in entries} == {author.user}


def test_a_closed_poll_can_still_be_put_right(busy: Poll) -> None:
    close_poll(busy)

    assert exclude_ballots(Ballot.objects.all()[:10], None) == 10

    fold_tallies()
    assert read_tally(busy, live=False).n == 90


def test_many_options_and_many_lots_stay_exact(db: None) -> None:
    poll = a_poll(kind=Poll.Kind.MULTIPLE)
    for reader in range(12):
        vote(poll, *("Repair", "Selling", "Reports")[: 1 + reader % 3], door=Ballot.Door.values[reader % 3])

    exclude_ballots(Ballot.objects.all(), None)
    assert (read_tally(poll).n, read_tally(poll).excluded) == (0, 12)
    assert exact(poll)
    include_ballots(Ballot.objects.filter(door="mail"), None)

    assert (read_tally(poll).n, read_tally(poll).excluded) == (4, 8)
    assert exact(poll)


def test_ballots_of_two_polls_are_not_set_aside_together(busy: Poll) -> None:
    vote(a_poll("Another?"), "Repair")

    with pytest.raises(ValueError, match="several polls"):
        exclude_ballots(Ballot.objects.all(), None)


def test_words_that_are_set_aside_may_not_be_quoted_any_more(
    poll: Poll, django_capture_on_commit_callbacks: Any
) -> None:
    ballot = add_words(vote(poll, "Repair"), words="I mend pumps.", consent="anonymous")
    heard = []
    receiver = lambda **news: heard.append(news["ballot"].pk)  # noqa: E731
    signals.consent_withdrawn.connect(receiver)

    with django_capture_on_commit_callbacks(execute=True):
        exclude_ballots([ballot], None)
    signals.consent_withdrawn.disconnect(receiver)

    assert heard == [ballot.pk]
    assert not Ballot.objects.quotable().exists()


def test_merged_ballots_keep_their_flag_and_their_way_back(poll: Poll) -> None:
    follower = a_poll("And now?", follows=poll)
    browser, mail = somebody(), "subscriber:a"
    vote(poll, "Repair", identity=browser)
    later = vote(follower, "Selling", identity=browser)
    flag = FairnessFlag.objects.create(
        poll=poll,
        kind=Kind.BURST,
        network="n",
        first_at=timezone.now(),
        last_at=timezone.now(),
        found_at=timezone.now(),
    )
    flag.ballots.set(Ballot.objects.filter(poll=poll))
    vote(poll, "Reports", identity=mail)

    link_reader(poll, alias=browser, identity=mail)

    survivor = Ballot.objects.get(poll=poll)
    later.refresh_from_db()
    assert later.previous == survivor
    assert list(flag.ballots.all()) == [survivor]


@pytest.mark.parametrize(
    ("lengths", "few"),
    [
        ([400, 400, 400, *[10] * 7], True),
        ([400, 400, 400, *[10] * 6], False),
        ([100] * 10, False),
        ([80, 80, 80, *[20] * 3, *[0] * 20], False),
    ],
    ids=["three wrote it all", "too few to tell", "everybody wrote the same", "most wrote nothing"],
)
def test_whether_few_readers_wrote_most_of_the_words(poll: Poll, lengths: list[int], few: bool) -> None:
    for length in lengths:
        ballot = vote(poll, "Repair")
        Ballot.objects.filter(pk=ballot.pk).update(words="w" * length)

    assert few_writers(poll) is few


def test_a_burst_is_found_in_a_day_of_quiet() -> None:
    start = timezone.now()
    quiet = [(n, start + timedelta(minutes=n)) for n in range(100)]
    burst = [(1000 + n, start + timedelta(hours=2, seconds=n)) for n in range(20)]

    assert in_bursts(quiet) == []
    assert in_bursts([*quiet, *burst]) == burst


def test_looking_at_a_quiet_poll_takes_one_query(busy: Poll, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        find_flags(busy)


def test_setting_aside_what_is_set_aside_changes_nothing(poll: Poll) -> None:
    ballot = cast_ballot(poll, identity=somebody(), options=[option(poll, "Repair")])

    assert [exclude_ballots([ballot], None), exclude_ballots([ballot], None)] == [1, 0]
    assert exact(poll)
