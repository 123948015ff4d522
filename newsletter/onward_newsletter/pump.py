"""Send what is due: one function, called by Celery's task and by ``run_outbox``.

Any number of pumps may run at the same time, on any number of machines: they share nothing but rows.
"""

import time
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db.models.functions import Now

from . import few_first, housekeeping
from .actions.asking import ask_imported
from .actions.import_jobs import carry_on_imports
from .conf import get_settings
from .feed import ISSUES, OUTBOX, Feed
from .lanes import is_used_up
from .models import Delivery, Issue, Outbox
from .pipeline import Pipeline
from .sender import Bookkeeper, LaneClosed, PumpReport, Sender
from .transports.django_mail import DjangoTransport
from .turns import Turns


__all__ = ["ISSUES", "OUTBOX", "PumpReport", "pump"]

DJANGO_SMTP = "django.core.mail.backends.smtp.EmailBackend"

#: The part of its time that a pump gives to imports of subscribers.
IMPORTS_SHARE = 0.2


def pump(
    *,
    limit_seconds: float = 25,
    lanes: Sequence[str] = (OUTBOX, ISSUES),
    should_stop: Callable[[], bool] = lambda: False,
) -> PumpReport:
    """Send what is due, the outbox first, until nothing is left or the time is over; return what was done.

    ``lanes`` chooses what to look after. ``should_stop`` is asked before each message; one in flight is finished.
    The limit, in seconds, is looked at between messages too: a server that does not answer can exceed it by the mail
    timeout. Raises what the database raises; whatever was under way then is found again by the next call.
    """
    housekeeping.recover_abandoned()
    housekeeping.purge_outbox()
    imports_left = carry_on_imports(limit_seconds=limit_seconds * IMPORTS_SHARE)
    ask_imported()
    report = _send(time.monotonic() + limit_seconds, lanes, should_stop)
    housekeeping.finish_issues()
    report.left += imports_left
    return report


def _send(deadline: float, lanes: Sequence[str], should_stop: Callable[[], bool]) -> PumpReport:
    """Send over the way that the settings choose."""
    transport = None if uses_fast_path() else DjangoTransport()
    sender = Sender(transport) if transport else Bookkeeper()
    feed = Feed(sender, deadline, lanes, should_stop)
    try:
        if isinstance(sender, Sender) and transport:
            Turns(sender, feed, transport).run()
        else:
            Pipeline(sender, feed).run()
        sender.report.left = _count_left(lanes)
    except LaneClosed:
        sender.report.left = 0
    finally:
        if transport:
            transport.close()
    return sender.report


def uses_fast_path() -> bool:
    """Whether mail leaves by raw SMTP, and not through Django's e-mail backend."""
    chosen = get_settings().TRANSPORT
    return chosen == "smtp" or (chosen == "auto" and settings.EMAIL_BACKEND == DJANGO_SMTP)


def _count_left(lanes: Sequence[str]) -> int:
    """Count rows that are due, and issues that wait to be prepared, in the lanes that were looked after."""
    left = 0
    if OUTBOX in lanes:
        left += Outbox.objects.due(Now()).count()
    if ISSUES in lanes:
        under_way = Issue.objects.filter(state=Issue.State.SENDING).select_related("newsletter")
        # What goes on tomorrow is left on purpose; counting it would ring for workers again and again.
        today = [
            issue.pk for issue in under_way if not issue.small_first and not is_used_up(issue.newsletter)
        ]
        left += Delivery.objects.due(Now()).filter(issue__in=today).count() + few_first.count_due()
        left += Issue.objects.filter(state=Issue.State.PREPARING).count()
    return left
