"""An author reads the numbers of one poll in the admin."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from onward_polls.actions import add_words, close_poll, confirm_follow_up, request_follow_up, withdraw_ballot
from onward_polls.actions.breakdowns import refresh_breakdown, refresh_due_breakdowns
from onward_polls.desk import insight
from onward_polls.desk.insight import chart_of, numbers_of, wilson
from onward_polls.models import Ballot, Breakdown, Poll, Wording
from onward_polls.viewsets import poll_viewset
from tests.polls.factories import a_poll, a_words_poll, an_article, vote


pytestmark = pytest.mark.django_db


def seen(response: Any) -> str:
    """Return the text of a page, a space between any two pieces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def address(name: str, poll: Poll) -> str:
    return reverse(poll_viewset.get_url_name(name), args=[poll.pk])


def read(person: Client, poll: Poll, name: str = "inspect") -> str:
    response = person.get(address(name, poll))
    assert response.status_code == 200
    return seen(response)


def test_a_poll_nobody_has_answered_says_so(author: Client) -> None:
    page = read(author, a_poll())

    assert "Nobody has answered yet" in page
    assert "On no page yet" in page
    assert "How much this number still moves" not in page


def test_what_readers_do_not_see_stands_beside_what_they_see(author: Client, poll: Poll) -> None:
    ballots = [vote(poll, "Repair") for _reader in range(3)]
    withdraw_ballot(ballots[0])
    Ballot.objects.filter(pk=ballots[1].pk).update(excluded_at=timezone.now(), exclusion="network")
    add_words(ballots[2], words="I coach.", consent="anonymous")
    confirm_follow_up(request_follow_up(ballots[2], "tess@example.org"))
    from onward_polls.actions import rebuild_tallies

    rebuild_tallies(poll)

    page = read(author, poll)

    for fact in ("1 counted", "1 set aside", "1 taken back", "1 with words", "1 want to be told"):
        assert fact in page
    assert "1 by the limit for one network, 0 by an author" in page
    assert "1 Quotable without a name" in page
    assert "tess@" not in page


def test_where_it_stands_and_what_was_done_to_it_is_listed(author: Any, poll: Poll) -> None:
    draft = an_article(poll, live=False)
    close_poll(poll, user=author.user)

    page = read(author, poll)

    assert f"{draft.title} draft" in page
    assert "Closed to answers author" in page


def test_earlier_wordings_and_polls_are_listed(author: Client) -> None:
    earlier = a_poll("What took your week?")
    poll = a_poll(follows=earlier)
    Wording.objects.create(
        poll=poll, version=1, question="What takes time?", options={"x": "Fixing"}, until=timezone.now()
    )

    page = read(author, poll)

    assert "Asks again: What took your week?" in page
    assert "“What takes time?” (Fixing)" in page
    assert "Asked again in: What takes most of your week?" in read(author, earlier)


def test_every_cell_by_role_is_shown_to_the_author(author: Client) -> None:
    poll = a_poll(roles="Sales rep\nManager")
    vote(poll, "Repair", role="Manager")
    vote(poll, "Repair", role="Manager")
    vote(poll, "Selling")

    page = read(author, poll)

    assert "Manager 2 0 0 0 2" in page
    assert "not said 0 1 0 0 1" in page


def test_the_numbers_can_be_fetched_alone_and_are_never_stored(author: Client, poll: Poll) -> None:
    before = read(author, poll, "numbers")
    vote(poll, "Repair")

    response = author.get(address("numbers", poll))

    assert "1 counted" in seen(response)
    assert "0 counted" in before
    assert "<html" not in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_the_page_needs_no_more_queries_for_more_answers(
    author: Client, poll: Poll, django_assert_max_num_queries: Any
) -> None:
    def some(start: int, n: int) -> None:
        moment = timezone.now()
        Ballot.objects.bulk_create(
            Ballot(
                poll=poll,
                reader_key=f"{i:064x}",
                cast_at=moment - timedelta(hours=i % 60),
                words=f"Words {i}",
            )
            for i in range(start, start + n)
        )

    some(0, 20)
    read(author, poll)
    with django_assert_max_num_queries(80) as few:
        read(author, poll)
    some(20, 1000)

    with django_assert_max_num_queries(len(few.captured_queries)):
        read(author, poll)


def some_of_every_sort(poll: Poll, n: int, *, start: int = 0, since: Any = None) -> list[Ballot]:
    """Cast ballots over four days of which some were taken back, some set aside, and some have words."""
    moment = since or timezone.now()
    return Ballot.objects.bulk_create(
        Ballot(
            poll=poll,
            reader_key=f"{i:064x}",
            cast_at=moment - timedelta(hours=(i * 7) % 96, minutes=i % 60),
            withdrawn_at=moment if i % 11 == 0 else None,
            excluded_at=moment if i % 5 == 0 else None,
            exclusion=("network", "author")[i % 2] if i % 5 == 0 else "",
            words=f"Words {i}" if i % 3 == 0 else "",
            consent=Ballot.Consent.values[i % 4],
        )
        for i in range(start, start + n)
    )


def test_numbers_are_those_of_the_ballots_one_by_one(poll: Poll) -> None:
    some_of_every_sort(a_poll("Another?"), 40, start=10_000)
    ballots = some_of_every_sort(poll, 300)

    numbers = numbers_of(poll)

    standing = [ballot for ballot in ballots if ballot.stands]
    aside = Counter(ballot.exclusion for ballot in standing if ballot.excluded_at)
    consents = Counter(ballot.consent for ballot in standing if ballot.words)
    assert numbers.withdrawn == len(ballots) - len(standing) == 28
    assert numbers.aside == dict(aside)
    assert numbers.consents == dict(consents)
    assert numbers.wrote == consents.total()


def test_numbers_and_chart_take_five_queries_and_no_look_at_every_ballot(
    poll: Poll, django_assert_num_queries: Any
) -> None:
    some_of_every_sort(poll, 300)

    with django_assert_num_queries(3):
        numbers_of(poll)
    with django_assert_num_queries(2):
        chart_of(poll)
    assert "onward_polls_ballot_left_out" in Ballot.objects.left_out().filter(poll=poll).explain()


# By role


def test_many_answers_by_role_are_those_of_the_last_count_and_say_so(
    author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = a_poll(roles="Sales rep\nManager")
    vote(poll, "Repair", role="Manager")
    refresh_breakdown(poll)
    vote(poll, "Repair", role="Manager")

    assert "Manager 2 0 0 0 2" in read(author, poll)
    monkeypatch.setattr(insight, "MANY", 1)
    page = read(author, poll)

    assert "Manager 1 0 0 0 1" in page
    assert "counted in the background, last on" in page


def test_many_answers_by_role_are_not_counted_while_the_author_waits(
    author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = a_poll(roles="Sales rep\nManager")
    for _reader in range(2):
        vote(poll, "Repair", role="Manager")
    refresh_breakdown(poll)
    monkeypatch.setattr(insight, "MANY", 1)

    with CaptureQueriesContext(connection) as queries:
        read(author, poll)

    assert not [query for query in queries if '"onward_polls_vote"' in query["sql"]]


def test_roles_never_counted_before_are_counted_for_their_author(
    author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = a_poll(roles="Sales rep\nManager")
    for _reader in range(2):
        vote(poll, "Repair", role="Manager")
    refresh_breakdown(poll)
    Breakdown.objects.update(roles={})
    monkeypatch.setattr(insight, "MANY", 1)

    assert "Manager 2 0 0 0 2" in read(author, poll)
    assert refresh_due_breakdowns() == 1
    assert Breakdown.objects.get().roles["ballots"] == {"Manager": 2}


# The chart


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
@pytest.mark.parametrize("hours", [40, 96])
def test_bars_are_the_ballots_of_their_hour_or_day(poll: Poll, settings: Any, zone: str, hours: int) -> None:
    settings.TIME_ZONE = zone
    with timezone.override(zone):
        night = timezone.make_aware(timezone.datetime.fromisoformat("2026-10-26T09:30"))
        ballots = some_of_every_sort(poll, 300, since=night)
        Ballot.objects.filter(cast_at__lt=night - timedelta(hours=hours)).delete()

        chart = chart_of(poll)

        pattern = "j F, H:i" if chart.is_hourly else "j F"
        kept = [b.cast_at for b in ballots if b.is_counted and b.cast_at >= night - timedelta(hours=hours)]
        moments = [timezone.localtime(moment).replace(minute=0) for moment in kept]
        expected = Counter(date_format(moment, pattern) for moment in moments)
    # In the night that the clock is put back, one hour comes twice and has two bars.
    found: Counter[str] = Counter()
    for bar in chart.bars:
        found[bar.label] += bar.count
    assert +found == expected
    assert chart.is_hourly == (hours == 40)


def test_three_days_are_drawn_by_the_hour_and_longer_ones_by_the_day(poll: Poll) -> None:
    vote(poll, "Repair")
    first = vote(poll, "Repair")

    def cast_hours_ago(hours: int) -> Any:
        Ballot.objects.filter(pk=first.pk).update(cast_at=timezone.now() - timedelta(hours=hours))
        return chart_of(poll)

    hourly, daily = cast_hours_ago(30), cast_hours_ago(24 * 9)

    assert hourly.is_hourly
    assert len(hourly.bars) in (30, 31, 32)
    assert not daily.is_hourly
    assert len(daily.bars) == 10
    assert [sum(bar.count for bar in chart.bars) for chart in (hourly, daily)] == [2, 2]


def test_a_year_of_answers_keeps_the_newest_bars(poll: Poll) -> None:
    for _reader in range(2):
        vote(poll, "Repair")
    old = Ballot.objects.first()
    Ballot.objects.filter(pk=old.pk).update(cast_at=timezone.now() - timedelta(days=400))

    chart = chart_of(poll)

    assert len(chart.bars) <= 93
    assert chart.bars[-1].count == 1


def test_a_day_of_23_hours_is_one_bar(poll: Poll, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override("Europe/Berlin"):
        for day in ("2026-03-27T12:00", "2026-03-28T23:30", "2026-03-29T12:00", "2026-04-02T12:00"):
            ballot = vote(poll, "Repair")
            moment = timezone.make_aware(timezone.datetime.fromisoformat(day))
            Ballot.objects.filter(pk=ballot.pk).update(cast_at=moment)

        chart = chart_of(poll)

    assert [bar.count for bar in chart.bars] == [1, 1, 1, 0, 0, 0, 1]


# How much a number still moves


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(counts: tuple[int, int]) -> None:
    count, n = counts

    low, high = wilson(count, n)

    assert 0 <= low <= count / n + 1e-12
    assert count / n - 1e-12 <= high <= 1


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(41, 212)

    assert (round(low, 3), round(high, 3)) == (0.146, 0.252)


def test_the_interval_is_shown_from_ten_answers_on_and_only_here(author: Client, stranger: Client) -> None:
    poll = a_poll(results_visibility="always")
    page = an_article(poll)
    for _reader in range(9):
        vote(poll, "Repair")
    under_ten = read(author, poll)
    vote(poll, "Repair")

    assert "How much this number still moves" not in under_ten
    assert "How much this number still moves" in read(author, poll)
    for path in (page.get_url(), f"/polls/{poll.pk}/", f"/polls/{poll.pk}/results.json"):
        assert not re.search(r"still moves|Wilson", stranger.get(path).content.decode())


def test_a_poll_for_words_has_numbers_too(author: Client) -> None:
    assert "Nobody has written a sentence yet" in read(author, a_words_poll())
