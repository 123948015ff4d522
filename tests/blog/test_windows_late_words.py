"""Readers write a sentence long after their vote: it is counted on its own day, once, and the days add up."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward_blog.models import ResponseWindow, WindowMark
from onward_blog.responses.aggregating import aggregate_responses, numbers_of
from onward_blog.responses.folding import fold_article
from onward_blog.responses.polls.source import PollSource
from onward_blog.responses.windows import DAY, day_of, safe_cut_off
from onward_polls.actions import add_words
from onward_polls.models import Ballot, Poll
from tests.blog.answers import MONDAY, a_ballot, a_part, a_poll, a_series, ballots


pytestmark = pytest.mark.django_db

DAYS = [day_of(MONDAY) + n * DAY for n in range(6)]


@pytest.fixture
def poll() -> Poll:
    return a_poll()


@pytest.fixture
def series() -> Any:
    return a_series()


@pytest.fixture
def article(series: Any, poll: Poll) -> Any:
    return a_part(series, body=[("poll", poll)])


def of(page: Any) -> dict[datetime, dict[str, int]]:
    rows = ResponseWindow.objects.filter(page=page.pk)
    return {row.since: {name: n for name, n in row.numbers.items() if n} for row in rows}


def sums_of(page: Any) -> Counter[str]:
    sums: Counter[str] = Counter()
    for numbers in of(page).values():
        sums.update(numbers)
    return sums


def write(ballot: Ballot, text: str = "I repair what others drop.", *, at: datetime) -> None:
    """Add words to a ballot at a moment of the past."""
    words_at = Ballot.objects.get(pk=ballot.pk).words_at
    Ballot.objects.filter(pk=ballot.pk).update(words=text, words_at=words_at or at)


def test_a_sentence_added_after_the_cut_goes_to_the_window_in_which_it_was_written(
    series: Any, article: Any, poll: Poll
) -> None:
    first, *_others = ballots(poll, {"Repair": 3}, at=DAYS[0])
    aggregate_responses(until=DAYS[2])
    write(first, at=DAYS[3] + timedelta(hours=5))

    aggregate_responses()

    assert of(article) == of(series) == {DAYS[0]: {"answers": 3}, DAYS[3]: {"words": 1}}


def test_changing_the_sentence_later_counts_it_no_second_time(article: Any, poll: Poll) -> None:
    [ballot] = ballots(poll, {"Repair": 1}, at=DAYS[0])
    write(ballot, at=DAYS[1])
    aggregate_responses(until=DAYS[2])
    write(ballot, "I repair less now.", at=DAYS[3])

    aggregate_responses()

    assert of(article) == {DAYS[0]: {"answers": 1}, DAYS[1]: {"words": 1}}


def test_a_sentence_at_midnight_belongs_to_the_day_that_begins(article: Any, poll: Poll) -> None:
    one, other = ballots(poll, {"Repair": 2}, at=DAYS[0])
    write(one, at=DAYS[2] - timedelta(microseconds=1))
    write(other, at=DAYS[2])

    aggregate_responses()

    assert of(article) == {DAYS[0]: {"answers": 2}, DAYS[1]: {"words": 1}, DAYS[2]: {"words": 1}}


def test_a_sentence_on_a_ballot_that_is_set_aside_is_in_no_window(article: Any, poll: Poll) -> None:
    _counted, aside = ballots(poll, {"Repair": 2}, at=DAYS[0])
    Ballot.objects.filter(pk=aside.pk).update(excluded_at=DAYS[1], exclusion="author")
    write(aside, at=DAYS[2])

    aggregate_responses()

    assert of(article) == {DAYS[0]: {"answers": 1}}


def test_a_reader_who_really_comes_back_today_is_in_the_window_of_today(article: Any, poll: Poll) -> None:
    [ballot] = ballots(poll, {"Repair": 1}, at=DAYS[0])
    aggregate_responses()
    cut = ResponseWindow.objects.get(page=article.pk).until

    add_words(ballot, words="I repair what others drop.", consent="none")

    later = numbers_of(article, cut, safe_cut_off() + DAY)
    assert (later["answers"], later["words"]) == (0, 1)


def test_the_desk_says_that_a_sentence_is_new_on_an_answer_that_is_not(article: Any, poll: Poll) -> None:
    [ballot] = ballots(poll, {"Repair": 1}, at=DAYS[0])
    fold_article(article)
    write(ballot, at=DAYS[3])

    assert PollSource().recent([article], DAYS[2]) == {article.pk: {"answers": 0, "words": 1}}
    assert PollSource().recent([article], DAYS[4]) == {article.pk: {"answers": 0, "words": 0}}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    readers=st.lists(st.tuples(st.integers(0, 6 * 24), st.integers(-1, 6 * 24)), max_size=30),
    stops=st.lists(st.integers(0, 12), max_size=5),
    seed=st.integers(0, 1000),
)
def test_the_days_add_up_however_late_readers_write_and_whenever_it_is_counted(
    db: None, readers: list[tuple[int, int]], stops: list[int], seed: int
) -> None:
    """Readers cast a ballot at an hour, and write so many hours later, or never; the worker comes in between."""
    poll = a_poll()
    part, chance = a_part(a_series(), body=[("poll", poll)]), random.Random(seed)
    moments: list[tuple[datetime, str, int]] = []
    for number, (hour, wait) in enumerate(readers):
        cast = DAYS[0] + timedelta(hours=hour)
        moments.append((cast, "casts", number))
        if wait >= 0:
            moments.append((cast + timedelta(hours=wait), "writes", number))
    moments += [(DAYS[0] + stop * DAY, "counts", -1) for stop in stops]
    cast_by: dict[int, Ballot] = {}
    for at, does, number in sorted(moments, key=lambda moment: moment[0]):
        if does == "counts":
            aggregate_responses(until=at)
        elif does == "casts":
            cast_by[number] = a_ballot(poll, chance.choice(list(poll.options.all())), at=at)
        else:
            write(cast_by[number], at=at)

    aggregate_responses(until=DAYS[0] + 14 * DAY)
    before = of(part)
    aggregate_responses(until=DAYS[0] + 14 * DAY)

    wrote = [wait for _hour, wait in readers if wait >= 0]
    assert (sums_of(part)["answers"], sums_of(part)["words"]) == (len(readers), len(wrote))
    assert of(part) == before
    ResponseWindow.objects.all().delete()
    WindowMark.objects.all().delete()
    aggregate_responses(until=DAYS[0] + 14 * DAY)
    assert of(part) == before
