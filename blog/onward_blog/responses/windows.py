"""Windows of time, [since, until), by the database's clock: the clocks of workers may differ."""

from datetime import UTC, datetime

from django.db import connection
from django.db.models import Q


def database_now() -> datetime:
    """Return the database's time in UTC; one query."""
    sqlite = connection.vendor == "sqlite"
    sql = "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')" if sqlite else "SELECT clock_timestamp()"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        value = cursor.fetchone()[0]
    when: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def within(field: str, since: datetime | None, until: datetime | None) -> Q:
    """Return the condition that a field of time is in [since, until); None is no limit on that side."""
    condition = Q()
    if since is not None:
        condition &= Q(**{f"{field}__gte": since})
    if until is not None:
        condition &= Q(**{f"{field}__lt": until})
    return condition
