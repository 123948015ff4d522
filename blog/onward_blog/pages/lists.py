"""Many rows of another table as one value, so that they come with the page they belong to."""

from typing import Any

from django.db.models import Aggregate, JSONField


class ListOf(Aggregate):
    """The values of an expression as one JSON list, in no order; SQLite and PostgreSQL each by their own name."""

    function = "JSON_ARRAYAGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Write it as SQLite calls it."""
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Write it as PostgreSQL calls it."""
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra)
