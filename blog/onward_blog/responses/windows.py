"""Windows of time, [since, until), by the database's clock: the clocks of workers may differ.

A ``ResponseWindow`` has these numbers, and those that a project's own sources give:

* ``answers``: ballots; ``from_mail``: those of them by the door of the mail
* ``words``: sentences, in the window in which they were written, which may be a later one than that of their ballot
* ``comments``: of readers, in the window in which they became public
* ``questions``: of readers to the series, likewise, at the part that was the latest one out; left out where none came
* ``shares`` and ``arrivals``: how often the article was passed on, and how many came by it
* ``mailed``: how many mails of the article a server accepted
* ``subscribers``: subscriptions to the series confirmed; only in the windows of a series, which hold the sums of the
  other numbers over its articles
"""

from datetime import UTC, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Q

from onward_blog.models import ResponseWindow


#: How long a day that is over waits before it is counted. Ballots and words need no waiting, see ``safe_cut_off``; but
#: comments and shares are stamped by the clocks of web workers.
SETTLING = timedelta(hours=1)

DAY = timedelta(days=1)

#: When the oldest of the other transactions in this database began. Those of another role are seen only with
#: ``pg_read_all_stats``: the site and its workers connect with the same role, or with that.
OLDEST_TRANSACTION = """
    SELECT MIN(xact_start) FROM pg_stat_activity
    WHERE datname = CURRENT_DATABASE() AND backend_type = 'client backend' AND pid <> PG_BACKEND_PID()
"""


def database_now() -> datetime:
    """Return the database's time in UTC; one query."""
    sqlite = connection.vendor == "sqlite"
    sql = "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')" if sqlite else "SELECT clock_timestamp()"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        value = cursor.fetchone()[0]
    when: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return _in_utc(when)


def safe_cut_off() -> datetime:
    """Return a moment of the database's clock before which no answer is still on its way.

    A ballot is stamped by the database within its transaction, and seen by others only when that has been committed:
    one with an earlier stamp than what was read already would be in no window at all. So the moment is the beginning
    of the oldest other transaction, or now. SQLite lets one connection write at a time, and this waits to be it.
    """
    if connection.vendor == "sqlite":
        with transaction.atomic():
            # Changes nothing, and takes the lock for writing where beginning a transaction does not.
            ResponseWindow.objects.filter(pk=0).update(sha256="")
            return database_now()
    now = database_now()
    return min(now, _oldest_transaction() or now) if connection.vendor == "postgresql" else now


def _oldest_transaction() -> datetime | None:
    with connection.cursor() as cursor:
        # Within a transaction the view would show what it showed the first time.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(OLDEST_TRANSACTION)
        oldest: datetime | None = cursor.fetchone()[0]
    return _in_utc(oldest) if oldest else None


def _in_utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def day_of(when: datetime) -> datetime:
    """Return the midnight, in UTC, with which the day of a moment begins."""
    return datetime.combine(when.astimezone(UTC).date(), time(0), tzinfo=UTC)


def last_settled_midnight() -> datetime:
    """Return the midnight, in UTC, up to which everything has come in that ever will."""
    return day_of(safe_cut_off() - SETTLING)


def within(field: str, since: datetime | None, until: datetime | None) -> Q:
    """Return the condition that a field of time is in [since, until); None is no limit on that side."""
    condition = Q()
    if since is not None:
        condition &= Q(**{f"{field}__gte": since})
    if until is not None:
        condition &= Q(**{f"{field}__lt": until})
    return condition
