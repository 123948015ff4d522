"""A page that was scheduled goes out when its hour has come, by the beat that runs everywhere."""

from datetime import timedelta

import pytest
from django.utils import timezone

from onward_site.celery import app, beat_schedule
from onward_site.tasks import publish_scheduled
from tests.blog.answers import a_part, a_series


pytestmark = pytest.mark.django_db


def test_the_beat_looks_every_minute() -> None:
    entry = beat_schedule(pump_seconds=30)["onward_site.publish_scheduled"]

    assert entry["schedule"] == 60
    assert entry["task"] in app.tasks


def test_a_part_goes_out_at_its_hour_and_not_before() -> None:
    series, now = a_series(), timezone.now()
    due, later = (a_part(series, title, live=False) for title in ("Due", "Later"))
    due.save_revision(approved_go_live_at=now - timedelta(seconds=1))
    later.save_revision(approved_go_live_at=now + timedelta(hours=1))

    publish_scheduled()
    publish_scheduled()

    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.live, later.live) == (True, False)


def test_a_part_that_has_expired_is_taken_down() -> None:
    part = a_part(a_series(), expire_at=timezone.now() - timedelta(seconds=1))

    publish_scheduled()

    part.refresh_from_db()
    assert not part.live
