"""Values that the database writes as text itself, because a million of them are slow to read and write again."""

from typing import Any

from django.db.models import CharField, Func


class _Written(Func):
    """A value as the text that an export shows; ``in_sqlite`` and ``in_postgresql`` are how each of them writes it."""

    in_sqlite = in_postgresql = ""
    arity = 1

    def __init__(self, expression: str) -> None:
        super().__init__(expression, output_field=CharField())

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Write it from the text that Django keeps."""
        return self.as_sql(compiler, connection, template=self.in_sqlite, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Write it from the type of its own."""
        return self.as_sql(compiler, connection, template=self.in_postgresql, **extra)


class WrittenTime(_Written):
    """A moment as "2026-05-03T08:15:00Z", or nothing."""

    in_sqlite = "substr(%(expressions)s, 1, 10) || 'T' || substr(%(expressions)s, 12, 8) || 'Z'"
    in_postgresql = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


class WrittenUuid(_Written):
    """A UUID in its usual form, with hyphens."""

    in_sqlite = " || '-' || ".join(
        f"substr(%(expressions)s, {start}, {length})"
        for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    )
    in_postgresql = "%(expressions)s::text"
