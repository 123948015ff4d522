"""Celery's side of the engine: it only says when. What is to be done stands in the database."""

from celery import shared_task

from . import doorbell
from .pump import pump as run_pump


@shared_task(name=doorbell.PUMP_TASK, acks_late=True, reject_on_worker_lost=False, ignore_result=True)
def pump() -> None:
    """Send what is due for up to 25 seconds, and ring again while something is left.

    Safe to run twice, at the same time, late, or never: each row is claimed by a conditional update.
    """
    if run_pump().left:
        doorbell.ring()
