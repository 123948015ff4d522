"""Many workers look for the morning at the same time, on PostgreSQL: each author gets one mail."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from pytest_django import DjangoDbBlocker

from onward_blog.models import AuthorDesk
from onward_blog.morning.sending import send_morning_mails
from onward_blog.responses.folding import fold_responses
from onward_newsletter.models import Outbox
from tests.blog.answers import a_part, a_poll, a_series, ballots
from tests.faults.arena import default_database
from tests.faults.conftest import migrated_postgresql, migrated_postgresql_url
from tests.polls.crowd import at_once


__all__ = ["migrated_postgresql", "migrated_postgresql_url"]

MORNING = datetime(2026, 5, 12, 7, 0, tzinfo=UTC)
AUTHORS = ("one", "two", "three")
WORKERS = 8


@pytest.fixture
def _on_postgresql(
    migrated_postgresql_url: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with django_db_blocker.unblock(), default_database(migrated_postgresql_url, tmp_path):
        yield


@pytest.mark.services
@pytest.mark.usefixtures("_on_postgresql")
def test_each_author_gets_one_mail_a_day_from_eight_workers_at_once() -> None:
    for name in AUTHORS:
        get_user_model().objects.create_superuser(name, f"{name}@example.org", "words")
    poll = a_poll()
    a_part(a_series(planned_parts=1), body=[("poll", poll)])
    # Nobody has a desk yet: making them is part of the race.
    errors = at_once([lambda: send_morning_mails(MORNING - timedelta(days=1))] * WORKERS)

    for day in range(3):
        ballots(poll, {"Repair": 2})
        fold_responses()
        now = MORNING + timedelta(days=day)
        errors += at_once([lambda now=now: send_morning_mails(now)] * WORKERS)

    assert errors == []
    mails = Outbox.objects.filter(purpose="morning")
    assert Counter(mails.values_list("address", flat=True)) == {f"{name}@example.org": 3 for name in AUTHORS}
    assert len(set(mails.values_list("key", flat=True))) == 9
    assert AuthorDesk.objects.count() == len(AUTHORS)
    assert all(mail.subject.startswith("2 answers") for mail in mails)
