"""An author who promised a part and has been silent for 14 days is reminded; nobody else is."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onward_blog.following.ending import end_series
from onward_blog.following.promises import overdue_parts
from onward_blog.pages.models import ArticlePage, SeriesPage
from onward_blog.responses.folding import fold_responses
from tests.blog.answers import a_part, a_poll, a_series, ballots


pytestmark = pytest.mark.django_db


def announced(days_ago: int, *, answers: int = 3, **fields: Any) -> ArticlePage:
    poll = a_poll()
    ballots(poll, {"Repair": answers})
    part = a_part(a_series(), body=[("poll", poll)], **{"next_question": "Who pays?", **fields})
    ArticlePage.objects.filter(pk=part.pk).update(
        first_published_at=timezone.now() - timedelta(days=days_ago)
    )
    fold_responses()
    return part


def today(days: int = 0) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_fourteen_silent_days_with_answers_waiting(author: Any) -> None:
    part = announced(14)

    (found,) = overdue_parts(author.user)

    assert (found.announcer.pk, found.answers, found.silent_days) == (part.pk, 3, 14)
    assert (found.draft, found.was_expected) == (None, False)


@pytest.mark.parametrize(
    ("days_ago", "fields"),
    [
        (13, {}),
        (60, {"answers": 0}),
        (60, {"next_question": ""}),
        (60, {"next_expected": today(-13)}),
        (60, {"next_expected": today(3)}),
    ],
)
def test_nobody_is_reminded_too_soon_or_of_nothing(
    author: Any, days_ago: int, fields: dict[str, Any]
) -> None:
    announced(days_ago, **fields)

    assert overdue_parts(author.user) == []


def test_the_days_count_from_the_one_that_was_promised(author: Any) -> None:
    announced(60, next_expected=today(-20))

    (found,) = overdue_parts(author.user)

    assert (found.silent_days, found.was_expected) == (20, True)


def test_a_draft_that_was_begun_is_named_and_the_part_itself_ends_it(author: Any) -> None:
    part = announced(30)
    draft = a_part(part.series, "Begun", live=False)

    (found,) = overdue_parts(author.user)
    assert found.draft == draft
    draft.save_revision().publish()

    assert overdue_parts(author.user) == []


def test_a_series_that_has_ended_promises_nothing(author: Any) -> None:
    part = announced(30)
    end_series(SeriesPage.objects.get(pk=part.series.pk), user=author.user)

    assert overdue_parts(author.user) == []


def test_only_whoever_may_edit_the_series_is_reminded() -> None:
    announced(30)

    assert overdue_parts(get_user_model().objects.create_user("nobody")) == []


def test_the_longest_silence_comes_first_and_is_called_anew_every_fortnight(author: Any) -> None:
    announced(15)
    announced(30)

    found = overdue_parts(author.user)
    later = overdue_parts(author.user, timezone.now() + timedelta(days=14))

    assert [part.silent_days for part in found] == [30, 15]
    assert len({part.key for part in [*found, *later]}) == 4


def test_a_promise_for_a_day_counts_in_the_authors_time_zone(author: Any) -> None:
    announced(400, next_expected=date(2026, 3, 1))
    evening = timezone.make_aware(datetime(2026, 3, 14, 23, 30))

    assert overdue_parts(author.user, evening) == []
    assert overdue_parts(author.user, evening + timedelta(hours=1)) != []


def test_series_that_keep_their_word_cost_nothing(author: Any) -> None:
    counts = []
    for _round in range(2):
        for _series in range(3):
            announced(5)
        with CaptureQueriesContext(connection) as queries:
            assert overdue_parts(author.user) == []
        counts.append(len(queries))

    assert counts[0] == counts[1]
