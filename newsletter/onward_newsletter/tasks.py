"""Celery's side of the engine: it only says when. What is to be done stands in the database."""

import logging

from celery import shared_task

from . import doorbell
from .bounces.mailbox import MailboxError
from .bounces.reading import read_mailbox as read_all
from .conf import get_settings
from .pump import pump as run_pump


logger = logging.getLogger(__name__)


@shared_task(name=doorbell.PUMP_TASK, acks_late=True, reject_on_worker_lost=False, ignore_result=True)
def pump() -> None:
    """Send what is due for up to 25 seconds, and ring again while something is left.

    Safe to run twice, at the same time, late, or never: each row is claimed by a conditional update.
    """
    if run_pump().left:
        doorbell.ring()


@shared_task(
    name="onward_newsletter.read_bounces", acks_late=True, reject_on_worker_lost=False, ignore_result=True
)
def read_bounces() -> None:
    """Take in what lies in BOUNCE_MAILBOX, up to 1,000 mails; nothing without one. Safe to run twice at a time."""
    given = get_settings()
    if not given.BOUNCE_MAILBOX:
        return
    try:
        counts = read_all(given.BOUNCE_MAILBOX, delete=given.BOUNCE_MAILBOX_DELETE)
    except MailboxError as error:
        logger.warning("onward_newsletter.bounce_mailbox", extra={"why": str(error)})
        return
    logger.info(
        "onward_newsletter.bounces_read", extra={reading.name.lower(): n for reading, n in counts.items()}
    )
