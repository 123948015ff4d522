"""The Celery application: a doorbell. What is to be done stands in the database."""

import os

from celery import Celery
from celery.schedules import crontab


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onward_site.settings.embedded")

#: No task may take longer; what is left over is found in the database by the next one.
TASK_SECONDS = 300

app = Celery("onward")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    # A task is acknowledged when it is done. One whose worker died is not run again by the broker:
    # its rows wait in the database, and running it again would crash the next worker too.
    task_acks_late=True,
    task_reject_on_worker_lost=False,
    worker_prefetch_multiplier=1,
    task_time_limit=TASK_SECONDS,
    task_soft_time_limit=TASK_SECONDS - 30,
    task_ignore_result=True,
    # Ringing the doorbell must never hold up a reader: one attempt, and give up after two seconds.
    task_publish_retry=False,
    broker_connection_timeout=2,
    # A worker waits for its broker as long as it takes, at the start and in the middle.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    task_default_queue="onward",
    enable_utc=True,
)
# Celery knows a current app for each thread; in all but this one it would be an unconfigured one of its own.
app.set_default()
app.autodiscover_tasks()


def beat_schedule(pump_seconds: int, *, reads_bounces: bool = False) -> dict[str, dict[str, object]]:
    """Return the one static schedule; due times of single things live in the database.

    A tick that comes while the one before it waits is worth nothing, so each expires before the next.
    """
    ticks = {
        "onward_newsletter.pump": pump_seconds,
        "onward_polls.fold": 15,
        "onward_site.publish_scheduled": 60,
        "onward_blog.fold_responses": 30,
        "onward_blog.aggregate_responses": 600,
        # The morning is looked for every few minutes, in the site's own time: no clock of the beat has to be right,
        # and a message that was lost, or a beat that was down at seven, only makes the mail later.
        "onward_blog.morning_mail": 300,
    }
    if reads_bounces:
        ticks["onward_newsletter.read_bounces"] = 300
    schedule: dict[str, dict[str, object]] = {
        name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
        for name, seconds in ticks.items()
    }
    schedule["onward_site.housekeeping"] = {
        "task": "onward_site.housekeeping",
        "schedule": crontab(hour=3, minute=17),
    }
    return schedule
