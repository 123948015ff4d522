"""A program for a PostgreSQL of its own: books on a second connection, while mail leaves."""

import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any


#: Makes each stamp slower than a server that hangs up after its go-ahead.
SLOW_STAMPS = """
CREATE FUNCTION take_your_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.08); RETURN NULL; END $$;
CREATE TRIGGER slow_stamps BEFORE UPDATE OF attempted_at ON onward_newsletter_delivery
FOR EACH STATEMENT EXECUTE FUNCTION take_your_time();
"""

#: An error with a number that nobody else has.
RAISES_ITS_OWN = "DO $$ BEGIN RAISE EXCEPTION 'mine' USING ERRCODE = 'ZZ999'; END $$"

#: Ends the other connections of this database, as an administrator or a restart does.
END_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

END_MYSELF = "SELECT pg_terminate_backend(pg_backend_pid())"

#: Whether another connection is at work.
UNDER_WAY = """
SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
"""


def one_thing_while_another_runs() -> dict[str, Any]:
    """Return what this thread could do while the second connection was at work."""
    from django.db import connection

    from onward_newsletter.second_connection import SecondConnection

    second = SecondConnection()
    second.send(
        "UPDATE auth_group SET name = name WHERE pg_sleep(0.5) IS NULL AND id = ANY($1::bigint[])", [[1]]
    )
    at_first = second.result()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 6 * 7")
        (meanwhile,) = cursor.fetchone()
    still = second.result()
    changed = second.result(wait=True)
    texts = ["it's", 'a "quoted" one', "back\\slash", "{brace}, comma", "é"]
    second.send("UPDATE auth_group SET name = name WHERE name = ANY($1::text[])", [texts])
    found = second.result(wait=True)
    second.close()
    return {"at first": at_first, "meanwhile": meanwhile, "still": still, "changed": changed, "found": found}


def after_a_failure() -> dict[str, Any]:
    """Return what a statement that fails, and a server that ends the connection, raise; and whether it works again."""
    from django.db import DatabaseError, connection

    from onward_newsletter.second_connection import SecondConnection

    second, raised = SecondConnection(), []
    for sql, is_ended in (
        ("UPDATE auth_group SET id = 1 / (id - id)", False),
        ("UPDATE no_such_table SET id = 1", False),
        (RAISES_ITS_OWN, False),
        ("UPDATE auth_group SET name = name WHERE pg_sleep(30) IS NULL", True),
    ):
        try:
            second.send(sql, [])
            if is_ended:
                with connection.cursor() as cursor:
                    cursor.execute(END_OTHERS)
            second.result(wait=True)
        except DatabaseError as error:
            raised.append(type(error).__name__)
        second.send("UPDATE auth_group SET name = name", [])
        raised.append(second.result(wait=True))
    second.close()
    return {"raised": raised}


def mail_beside_slow_stamps() -> dict[str, Any]:
    """Send to readers, some of whose servers hang up in the middle; return what the ledger and the server say of it."""
    from django.conf import settings
    from django.utils import timezone

    from onward_newsletter.conf import get_settings
    from onward_newsletter.models import Delivery, Lane
    from onward_newsletter.pump import pump
    from tests.faults.sink import SinkThread
    from tests.newsletter.relay import readers, sending_to, verdict

    words = (
        "reader",
        "left",
        "reader",
        "reader",
        "lost",
        "reader",
        "greylisted",
        "reader",
        "closing",
        "rejected",
    )
    addresses = [
        f"{words[number // 4 % 10] if number % 4 == 0 else 'reader'}-{number}@example.org"
        for number in range(160)
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        SinkThread(Path(folder) / "sink.log", pipelining=True) as relay,
    ):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", relay.port, 2
        settings.ONWARD_NEWSLETTER = {"RETRY_SECONDS": (0, 0, 0, 0, 0), "CONNECTIONS": 10}
        get_settings.cache_clear()
        issue = sending_to([*readers(40, "first"), *addresses])
        end = time.monotonic() + 120
        while issue.state in ("preparing", "sending") and time.monotonic() < end:
            pump()
            Lane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))
            issue.refresh_from_db()
        found = verdict(relay, issue)
        rows = Delivery.objects.filter(issue=issue).values_list("subscriber__address", "state")
        by_word = Counter(f"{address.partition('-')[0]} {state}" for address, state in rows)
    return {"is_clean": found.is_clean, "verdict": str(found), "books": by_word}


def beside_a_pool() -> list[int | None]:
    """Return what statements changed, each on a second connection of its own, where Django's pool has but one."""
    from django.db import connection

    from onward_newsletter.second_connection import SecondConnection

    changed = []
    connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1, "timeout": 1}
    for _pump in range(2):
        second = SecondConnection()
        second.send("UPDATE auth_group SET name = name", [])
        changed.append(second.result(wait=True))
        second.close()
    assert connection.settings_dict["OPTIONS"].pop("pool")
    return changed


class EndConnections:
    """End all connections to the database, twice, when rows are claimed while a batch is under way."""

    times = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        is_claim = sql.startswith("SELECT") and "SKIP LOCKED" in sql and '"onward_newsletter_delivery"' in sql
        if is_claim and self.times < 2:
            with context["connection"].cursor() as cursor:
                cursor.execute(UNDER_WAY)
                if cursor.rowcount:
                    self.times += 1
                    cursor.execute(END_OTHERS)
                    cursor.execute(END_MYSELF)
        return execute(sql, params, many, context)


def mail_while_connections_end() -> dict[str, Any]:
    """Lose the database while messages are in flight; return how often, and what the ledger says right afterwards."""
    from django.conf import settings
    from django.db import OperationalError, connection
    from django.utils import timezone

    from onward_newsletter.conf import get_settings
    from onward_newsletter.models import Delivery
    from onward_newsletter.pump import pump
    from tests.faults.sink import SinkThread
    from tests.newsletter.factories import NewsletterFactory
    from tests.newsletter.relay import readers, sending_to, verdict

    ending, left_open = EndConnections(), 0
    with (
        tempfile.TemporaryDirectory() as folder,
        SinkThread(Path(folder) / "sink.log", delay=0.1, pipelining=True) as relay,
    ):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", relay.port, 2
        settings.ONWARD_NEWSLETTER = {"CONNECTIONS": 8}
        get_settings.cache_clear()
        issue = sending_to(readers(60), NewsletterFactory.create(slug="ending"))
        for _beat in range(5):
            with connection.execute_wrapper(ending), contextlib.suppress(OperationalError):
                pump()
            connection.close()
            left_open += Delivery.objects.filter(state="sending").count()
            # What could not be given back is free once its lease is over.
            Delivery.objects.filter(state="claimed").update(lease_until=timezone.now())
        found = verdict(relay, issue)
    return {"times": ending.times, "left open": left_open, "verdict": str(found), "is_clean": found.is_clean}


class RestAfter:
    """Close the lane, as another worker does, when rows are claimed after so many messages were taken."""

    def __init__(self, relay: Any, number: int) -> None:
        self._relay, self._number = relay, number

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        from onward_newsletter.models import Lane

        if "SKIP LOCKED" in sql and self._relay.book.count() > self._number:
            Lane.objects.update_or_create(name="relay", defaults={"rests_until": "2100-01-01T00:00Z"})
        return execute(sql, params, many, context)


def mail_while_another_worker_rests() -> dict[str, int]:
    """Be told again and again that the lane is closed, while refusals arrive; return how many were heard, and not."""
    from django.conf import settings
    from django.db import connection

    from onward_newsletter.models import Delivery, Lane
    from onward_newsletter.pump import pump
    from tests.faults.sink import SinkThread
    from tests.newsletter.factories import NewsletterFactory
    from tests.newsletter.relay import sending_to

    with (
        tempfile.TemporaryDirectory() as folder,
        SinkThread(Path(folder) / "sink.log", delay=0.03, pipelining=True) as relay,
    ):
        settings.EMAIL_PORT = relay.port
        words = ("one", "rejected", "another")
        addresses = [f"{words[number % 3]}-{number}@example.net" for number in range(240)]
        issue = sending_to(addresses, NewsletterFactory.create(slug="resting"))
        for _beat in range(6):
            Lane.objects.all().delete()
            with connection.execute_wrapper(RestAfter(relay, relay.book.count() + 25)):
                pump()
        Lane.objects.all().delete()
    rows = Delivery.objects.filter(issue=issue)
    return {"failed": rows.filter(state="failed").count(), "open": rows.filter(state="sending").count()}


def main() -> None:
    """Make the tables, and print what was found."""
    import django

    django.setup()
    from django.contrib.auth.models import Group
    from django.db import connection

    Group.objects.all().delete()
    for name in ("it's", 'a "quoted" one', "back\\slash", "{brace}, comma", "é", "another"):
        Group.objects.create(name=name)
    with connection.cursor() as cursor:
        cursor.execute(SLOW_STAMPS)
    report = {
        "together": one_thing_while_another_runs(),
        "failure": after_a_failure(),
        "pool": beside_a_pool(),
        "ended": mail_while_connections_end(),
        "resting": mail_while_another_worker_rests(),
        "mail": mail_beside_slow_stamps(),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
