"""What Celery does for polls: every minute, the counting and the news."""

from celery import shared_task

from .actions import announce_closings, fold_tallies
from .follow_ups import send_waiting_confirmations


@shared_task(name="onward_polls.fold", acks_late=True, ignore_result=True)
def fold() -> None:
    """Fold the tallies, announce what has closed, and send the confirmations that wait."""
    fold_tallies()
    announce_closings()
    send_waiting_confirmations()
