"""Celery is a doorbell, and these settings keep it from being more (reliability 1.1)."""

from celery import current_app

from onward_newsletter import doorbell
from onward_newsletter.tasks import pump
from onward_site.celery import app, beat_schedule
from onward_site.settings.broker import transport_options


def test_a_task_is_acknowledged_when_it_is_done_and_never_given_to_a_second_worker_by_a_crash() -> None:
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is False
    assert pump.acks_late is True
    assert pump.reject_on_worker_lost is False
    assert pump.ignore_result is True


def test_a_worker_holds_one_task_at_a_time_and_none_for_ever() -> None:
    assert app.conf.worker_prefetch_multiplier == 1
    assert 60 <= app.conf.task_time_limit <= 600


def test_a_lost_task_comes_back_within_minutes_and_a_silent_redis_holds_nobody() -> None:
    options = transport_options("redis://127.0.0.1/0")

    assert options["socket_timeout"] == 2
    assert options["socket_connect_timeout"] == 1
    assert options["visibility_timeout"] == 600
    assert options["unacked_restore_interval"] == 10
    assert options["unacked_restore_throttle"] == 1


def test_no_task_outlives_its_visibility() -> None:
    options = transport_options("redis://127.0.0.1/0")

    assert app.conf.task_time_limit < options["visibility_timeout"]


def test_the_pump_is_called_by_the_clock_and_stale_calls_expire() -> None:
    for seconds in (10, 30):
        entry = beat_schedule(pump_seconds=seconds)[doorbell.PUMP_TASK]
        assert entry["task"] == doorbell.PUMP_TASK
        assert entry["schedule"] == seconds <= 30
        assert entry["options"] == {"expires": seconds}


def test_nothing_is_scheduled_in_the_broker() -> None:
    assert doorbell.RING_LASTS_SECONDS <= 300
    assert doorbell.PUMP_TASK in current_app.tasks
