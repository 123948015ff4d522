"""Celery's side of the engine: it only says when. What is to be done stands in the database."""

import logging
import time

from celery import shared_task
from django.db import InterfaceError, OperationalError, connection

from . import doorbell
from .bounces.mailbox import MailboxError
from .bounces.reading import read_mailbox as read_all
from .conf import get_settings
from .pump import PumpReport
from .pump import pump as run_pump


logger = logging.getLogger(__name__)

#: A database that is restarting is asked again for so long, this often; the next tick may be half a minute away.
INSIST_SECONDS, AGAIN_SECONDS = 25.0, 1.0


@shared_task(name=doorbell.PUMP_TASK, acks_late=True, reject_on_worker_lost=False, ignore_result=True)
def pump() -> None:
    """Send what is due for up to 25 seconds, and ring again while something is left.

    Safe to run twice, at the same time, late, or never: each row is claimed by a conditional update.
    """
    if _pump_until_answered().left:
        doorbell.ring()


def _pump_until_answered() -> PumpReport:
    until = time.monotonic() + INSIST_SECONDS
    while True:
        try:
            return run_pump()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > until:
                raise
            logger.warning("onward_newsletter.database_away", extra={"error": type(error).__name__})
            connection.close()
            time.sleep(AGAIN_SECONDS)


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
