"""A program for a PostgreSQL of its own: what a machine does whose clock is an hour off, and the database's is not."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@contextmanager
def off_by(hours: int) -> Iterator[None]:
    """Let this process believe another time."""
    import time_machine

    with time_machine.travel(datetime.now().astimezone() + hours * HOUR, tick=True):
        yield


@contextmanager
def a_mail_server() -> Iterator[Any]:
    """Take all mail."""
    from django.conf import settings

    from onward_newsletter.conf import get_settings
    from tests.faults.sink import SinkThread

    with tempfile.TemporaryDirectory() as folder, SinkThread(Path(folder) / "sink.log") as relay:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", relay.port, 2
        get_settings.cache_clear()
        yield relay


def scheduled(hours: int) -> dict[str, str]:
    """Return what becomes of an issue that is due, of one that is not yet, and of one that is far too late."""
    from onward_newsletter.clock import database_now
    from onward_newsletter.models import Issue
    from onward_newsletter.pump import pump
    from tests.newsletter.relay import issue_to

    moments = {
        "due": -MINUTE,
        "not yet": 30 * MINUTE,
        "nearly too late": -6 * HOUR + 30 * MINUTE,
        "late": -7 * HOUR,
    }
    issues = {}
    for name, moment in moments.items():
        issues[name] = issue_to([f"{name.replace(' ', '-')}-{hours}@example.org"])
        at = {"scheduled_at": database_now() + moment, "schedule_zone": "Europe/Berlin"}
        Issue.objects.filter(pk=issues[name].pk).update(state=Issue.State.SCHEDULED, **at)
    with off_by(hours):
        pump()
        pump()
    return {name: Issue.objects.get(pk=issue.pk).state for name, issue in issues.items()}


def held_by_another() -> str:
    """Return the state of a delivery that another worker holds, after this one had a look."""
    from onward_newsletter.clock import database_now
    from onward_newsletter.models import Delivery
    from onward_newsletter.pump import pump
    from tests.newsletter.factories import DeliveryFactory, IssueFactory

    row = DeliveryFactory.create(
        issue=IssueFactory.create(state="sending", from_header="Mara <mara@example.org>"),
        state="sending",
        claim_token="another",
        lease_until=database_now() + 2 * MINUTE,
    )
    with off_by(1):
        pump()
    state: str = Delivery.objects.get(pk=row.pk).state
    Delivery.objects.filter(pk=row.pk).update(state="submitted")
    return state


def a_wish(written: int, sent: int, read: int) -> dict[str, Any]:
    """Subscribe on one machine, send the mail on another, confirm on a third; return how far it came."""
    from onward_newsletter.actions.outbox import enqueue_mail
    from onward_newsletter.models import Outbox
    from onward_newsletter.pump import pump
    from onward_newsletter.tokens import Purpose, make_token, read_subscription
    from tests.newsletter.factories import SubscriptionFactory

    wish = SubscriptionFactory.create(state="pending")
    with off_by(written):
        token = make_token(Purpose.CONFIRM, wish)
        mail = enqueue_mail(purpose="confirm_subscription", address="new@example.org", subject="S", text="T")
    assert mail is not None
    with off_by(sent):
        pump()
    with off_by(read):
        found = read_subscription(Purpose.CONFIRM, token) == wish
    return {"mail": Outbox.objects.get(pk=mail.pk).state, "confirmed": found}


def votes(hours: int) -> dict[str, str]:
    """Return what becomes of a vote in a poll that is still open, and in one that just closed."""
    from onward_newsletter.clock import database_now
    from onward_polls.actions import cast_ballot
    from onward_polls.errors import PollError
    from onward_polls.models import Poll
    from tests.polls.factories import a_poll

    found = {}
    for name, moment in {"open": 30 * MINUTE, "closed": -30 * MINUTE}.items():
        poll = a_poll(f"Is it {name}, {hours}?")
        options = list(poll.options.all())[:1]
        Poll.objects.filter(pk=poll.pk).update(closes_at=database_now() + moment)
        with off_by(hours):
            try:
                cast_ballot(Poll.objects.get(pk=poll.pk), identity="rid:1", options=options)
                found[name] = "counted"
            except PollError as error:
                found[name] = type(error).__name__
    return found


def main() -> None:
    """Print what was found for clocks that are fast and slow."""
    import django

    django.setup()
    with a_mail_server():
        report = {
            "scheduled": {hours: scheduled(hours) for hours in (1, -1)},
            "held": held_by_another(),
            "wishes": [a_wish(*hours) for hours in ((1, 0, 0), (0, -1, 1), (1, -1, -1), (-1, 0, 1))],
            "votes": {hours: votes(hours) for hours in (1, -1)},
        }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
