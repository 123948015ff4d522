"""The database's clock, which all workers share: what is due does not depend on whose machine looks."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils import timezone


def database_now() -> datetime:
    """Return the database's time; SQLite has none of its own."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        # Not now(): inside a transaction that is the transaction's beginning.
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now


def later(**duration: float) -> "ExpressionWrapper[CombinedExpression]":
    """Return an expression for the database's time plus a duration, given as for ``timedelta``."""
    return ExpressionWrapper(Now() + timedelta(**duration), output_field=DateTimeField())
