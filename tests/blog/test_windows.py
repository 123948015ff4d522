"""What readers did on each day is written down once, and the days add up to the whole."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward_blog.comments.actions import Draft, post_comment
from onward_blog.comments.moderating import decide
from onward_blog.models import Author, ResponseFold, ResponseWindow, ShareCount, WindowMark
from onward_blog.responses.aggregating import aggregate_responses, numbers_of
from onward_blog.responses.canonical import sha256_of
from onward_blog.responses.folding import fold_responses
from onward_blog.responses.windows import DAY, SETTLING, day_of, last_settled_midnight, safe_cut_off
from onward_newsletter.models import Delivery, Issue, Newsletter, Subscriber, Subscription, Topic
from onward_polls.actions import withdraw_ballot
from tests.blog.answers import MONDAY, a_ballot, a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_held, a_public


pytestmark = pytest.mark.django_db

DAYS = [day_of(MONDAY) + n * DAY for n in range(5)]


@pytest.fixture
def poll():
    return a_poll()


@pytest.fixture
def series():
    return a_series()


@pytest.fixture
def article(series, poll):
    return a_part(series, body=[("poll", poll)])


def of(page) -> dict[datetime, dict[str, int]]:
    """Return {day: its numbers, without those that are nought}."""
    rows = ResponseWindow.objects.filter(page=page.pk)
    return {row.since: {column: n for column, n in row.numbers.items() if n} for row in rows}


def sums_of(page) -> Counter[str]:
    sums: Counter[str] = Counter()
    for numbers in of(page).values():
        sums.update(numbers)
    return sums


def test_each_day_that_is_over_has_a_row_with_its_own_numbers(article, poll):
    ballots(poll, {"Repair": 3}, at=DAYS[0])
    ballots(poll, {"Selling": 2}, at=DAYS[1], door="mail")
    words(poll, "I stopped forwarding mails.", at=DAYS[1] + timedelta(hours=3))
    ShareCount.objects.create(page=article, channel="mail", day=DAYS[1].date(), clicks=4, arrivals=7)

    aggregate_responses()

    assert of(article) == {
        DAYS[0]: {"answers": 3},
        DAYS[1]: {"answers": 3, "words": 1, "from_mail": 2, "shares": 4, "arrivals": 7},
    }


def test_a_ballot_at_midnight_belongs_to_the_day_that_begins(article, poll):
    a_ballot(poll, poll.options.first(), at=DAYS[1] - timedelta(microseconds=1))
    a_ballot(poll, poll.options.first(), at=DAYS[1])

    aggregate_responses()

    assert of(article) == {DAYS[0]: {"answers": 1}, DAYS[1]: {"answers": 1}}


def test_today_has_no_row_yet(article, poll):
    a_ballot(poll, poll.options.first(), at=safe_cut_off())

    aggregate_responses()

    assert of(article) == {}


def test_yesterday_is_written_once_its_last_answers_have_settled(article, poll, monkeypatch):
    midnight = DAYS[2]
    a_ballot(poll, poll.options.first(), at=DAYS[1])
    clock = "onward_blog.responses.windows.safe_cut_off"

    monkeypatch.setattr(clock, lambda: midnight + SETTLING - timedelta(microseconds=1))
    aggregate_responses()
    before = of(article)
    monkeypatch.setattr(clock, lambda: midnight + SETTLING)
    aggregate_responses()

    assert (before, of(article)) == ({}, {DAYS[1]: {"answers": 1}})


def test_a_written_row_says_what_it_said_whatever_comes_later(article, poll):
    first, *_others = ballots(poll, {"Repair": 3}, at=DAYS[0])
    aggregate_responses()
    [row] = ResponseWindow.objects.filter(page=article.pk)

    withdraw_ballot(first)
    ballots(poll, {"Selling": 5}, at=DAYS[0] + timedelta(hours=2))
    aggregate_responses()

    [again] = ResponseWindow.objects.filter(page=article.pk)
    assert (again.pk, again.numbers, again.sha256) == (row.pk, row.numbers, row.sha256)
    assert again.sha256 == sha256_of(again.numbers)
    fold_responses()
    assert ResponseFold.objects.get().data["polls"]["total"] == 7


def test_a_series_has_the_sums_of_its_parts_and_its_own_followers(series, article, poll):
    other = a_poll("And then?")
    second = a_part(series, "The second part", body=[("poll", other)])
    ballots(poll, {"Repair": 3}, at=DAYS[0])
    ballots(other, {"Selling": 4}, at=DAYS[0])
    ballots(other, {"Selling": 1}, at=DAYS[3])
    letter = Newsletter.objects.create(name="Onward", slug="onward", sender_address="ann@example.org")
    topic = Topic.objects.create(newsletter=letter, key=series.topic_key, name="Out of date?", slug="out")
    for number, (state, day) in enumerate([("active", 0), ("ended", 0), ("active", 2)]):
        person = Subscriber.objects.create(address=f"r{number}@example.org", address_key=str(number))
        Subscription.objects.create(
            subscriber=person, newsletter=letter, topic=topic, state=state, confirmed_at=DAYS[day]
        )

    aggregate_responses()

    assert of(second) == {DAYS[0]: {"answers": 4}, DAYS[3]: {"answers": 1}}
    assert of(series) == {
        DAYS[0]: {"answers": 7, "subscribers": 2},
        DAYS[2]: {"subscribers": 1},
        DAYS[3]: {"answers": 1},
    }


def test_mails_that_a_server_accepted_belong_to_the_article_they_carried(article):
    letter = Newsletter.objects.create(name="Onward", slug="onward", sender_address="ann@example.org")
    issue = Issue.objects.create(newsletter=letter, subject="Part 1", page_id=article.pk, kind="article")
    for number, (state, day) in enumerate([("submitted", 0), ("submitted", 1), ("failed", None)]):
        when = DAYS[day] if day is not None else None
        Delivery.objects.create(
            issue=issue, address_key=str(number), state=state, submitted_at=when, next_at=DAYS[0]
        )
    article.first_published_at = DAYS[0]
    article.save()

    aggregate_responses()

    assert of(article) == {DAYS[0]: {"mailed": 1}, DAYS[1]: {"mailed": 1}}


def test_a_comment_belongs_to_the_day_on_which_its_author_let_it_out(article):
    held = a_held(article, "Is it me?")
    held.comment.submit_date = held.confirmed_at = DAYS[0]
    held.comment.save()
    held.save()
    aggregate_responses(until=DAYS[1])

    decide([held.comment_id], "approve")
    type(held).objects.filter(pk=held.pk).update(decided_at=DAYS[2])
    aggregate_responses()

    assert of(article) == {DAYS[2]: {"comments": 1}}


def test_a_part_that_brings_answers_along_adds_them_to_its_first_day(series, article, poll):
    ballots(poll, {"Repair": 2}, at=DAYS[0])
    aggregate_responses(until=DAYS[2])
    old = a_poll("Asked elsewhere before?")
    ballots(old, {"Repair": 6}, at=DAYS[0] - 30 * DAY)
    a_ballot(old, old.options.first(), at=DAYS[3])
    late = a_part(series, "A late part", body=[("poll", old)])

    aggregate_responses()

    assert sums_of(late) == {"answers": 7}
    assert min(of(late)) >= DAYS[2]
    assert sums_of(series) == sums_of(article) + sums_of(late)


def test_days_are_done_in_order_a_little_at_a_time(article, poll):
    for day in DAYS:
        a_ballot(poll, poll.options.first(), at=day)
    seen = []

    while aggregate_responses(seconds=0).left:
        seen.append(sorted(of(article)))

    assert seen == sorted(seen, key=len)
    assert all(found == DAYS[: len(found)] for found in seen)
    assert [len(found) for found in seen[: len(DAYS)]] == [1, 2, 3, 4, 5]


def test_years_of_quiet_take_few_steps(article, poll, django_assert_max_num_queries):
    a_ballot(poll, poll.options.first(), at=DAYS[0])
    a_ballot(poll, poll.options.first(), at=DAYS[0] + 90 * DAY)

    with django_assert_max_num_queries(280):
        aggregate_responses()

    assert list(of(article)) == [DAYS[0], DAYS[0] + 90 * DAY]
    assert WindowMark.objects.get(page=article.pk).until == last_settled_midnight()


def test_with_nothing_to_do_a_run_asks_little(series, article, poll, django_assert_max_num_queries):
    ballots(poll, {"Repair": 3})
    for number in range(5):
        a_part(series, f"Part {number}")
    aggregate_responses()

    with django_assert_max_num_queries(12):
        aggregate_responses()


def test_the_command_says_what_it_wrote(article, poll):
    ballots(poll, {"Repair": 3}, at=DAYS[0])
    ballots(poll, {"Repair": 3}, at=DAYS[2])
    out = StringIO()

    call_command("aggregate_responses", "--until", f"{DAYS[1]:%Y-%m-%d}", stdout=out)

    # One for the article and one for its series.
    assert out.getvalue() == f"2 days were written down, up to {DAYS[1]:%Y-%m-%d}.\n"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 12 * 24), st.booleans()), max_size=40),
    stops=st.lists(st.integers(0, 12), max_size=4),
    seed=st.integers(0, 1000),
)
def test_the_days_add_up_whatever_was_given_and_whenever_it_is_counted(db, given, stops, seed):
    series, chance = a_series(), random.Random(seed)
    polls = [a_poll("First?"), a_poll("Second?")]
    parts = [a_part(series, body=[("poll", poll)]) for poll in polls]
    late = DAYS[0] + 12 * DAY
    for which, hour, wrote in given:
        option = chance.choice(list(polls[which].options.all()))
        text = {"words": "I wrote this."} if wrote else {}
        a_ballot(polls[which], option, at=DAYS[0] + timedelta(hours=hour), **text)

    for stop in sorted(stops):
        aggregate_responses(until=DAYS[0] + stop * DAY)
    aggregate_responses(until=late + 2 * DAY)

    for which, part in enumerate(parts):
        mine = [wrote for poll, _hour, wrote in given if poll == which]
        assert (sums_of(part)["answers"], sums_of(part)["words"]) == (len(mine), sum(mine))
        fold_responses([part])
        assert ResponseFold.objects.get(page=part.pk).data["polls"]["total"] == len(mine)
    assert sums_of(series) == sums_of(parts[0]) + sums_of(parts[1])
    for row in ResponseWindow.objects.all():
        assert row.until - row.since == DAY
        assert row.sha256 == sha256_of(row.numbers)


def test_a_public_comment_counts_and_one_of_the_author_does_not(article, author):
    a_public(article, "Mine too.")
    Author.objects.create(name="Mara Kalani", slug="mara", user=author.user)
    post_comment(article, Draft(text="Thank you."), user=author.user)
    type(article).objects.filter(pk=article.pk).update(first_published_at=DAYS[0])
    assert numbers_of(article, None, safe_cut_off() + DAY)["comments"] == 1


def test_days_end_at_midnight_in_utc_wherever_the_site_is(article, poll, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    a_ballot(poll, poll.options.first(), at=datetime(2026, 5, 4, 23, 30, tzinfo=UTC))

    aggregate_responses()

    assert of(article) == {DAYS[0]: {"answers": 1}}
