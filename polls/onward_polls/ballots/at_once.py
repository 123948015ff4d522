"""A first ballot in one round trip: what most readers do, without loading anything first.

The statements do what ``cast_ballot`` does for somebody who is new to a poll, and nothing else. They believe nothing
they are given: the first inserts the ballot only where the poll still says what this process remembers of it, takes
ballots by the database's clock, is public and offers every option marked, and where neither the reader nor the network
needs a closer look. Where that leaves no row, nothing has happened at all, and ``cast_ballot`` decides.

The rules of ``ballot_box`` hold here too: the poll's lock comes first, links are looked for after the row stands under
the reader's key, and counts are changed by new rows only. Each statement sees what was committed before it began; that
is why there are several.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import OperationalError, ProgrammingError, connection, transaction
from django.utils import timezone

from onward_polls.conf import polls_settings
from onward_polls.models import Ballot, Option, Poll, ReaderLink, TallyDelta, Vote
from onward_polls.placement import public_condition
from onward_polls.preparing import one_message, refuse_names

from .ballot_box import HOUR, sharing


#: SQL and its parameters.
Statement = tuple[str, Sequence[Any]]

#: What the checks of an answer were made against, beside max_votes.
REMEMBERED = ("salt", "kind", "min_votes", "roles", "wording_version")

#: The database's clock at this very moment: Now() stands still while a statement waits for another transaction.
CLOCKS = {"postgresql": "CLOCK_TIMESTAMP()", "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"}

#: Polls as this process last saw them, by primary key, and how many it remembers.
_seen: dict[int, Poll] = {}
MOST_SEEN = 1000

#: Columns that come from the ballot, and their fields; the database gives the primary key and the time.
COLUMNS = {
    str(field.column): field.name
    for field in Ballot._meta.concrete_fields
    if not field.primary_key and field.name != "cast_at"
}

TABLES = {
    "ballots": Ballot._meta.db_table,
    "votes": Vote._meta.db_table,
    "deltas": TallyDelta._meta.db_table,
    "links": ReaderLink._meta.db_table,
    "options": Option._meta.db_table,
    "polls": Poll._meta.db_table,
}

TAKES_BALLOTS = """poll.id = %s AND poll.archived_at IS NULL AND poll.follows_id IS NULL
    AND (poll.opens_at IS NULL OR poll.opens_at <= {clock}) AND (poll.closes_at IS NULL OR poll.closes_at > {clock})"""

UNCHANGED = "COALESCE(poll.max_votes, 0) = %s AND " + " AND ".join(f"poll.{name} = %s" for name in REMEMBERED)

OFFERS = """%s = (SELECT COUNT(*) FROM {options} AS option
    WHERE option.id IN ({places}) AND option.poll_id = poll.id AND option.retired_at IS NULL AND NOT option.is_other)"""

ROOM = """NOT EXISTS (SELECT 1 FROM {ballots} AS recent
    WHERE recent.poll_id = %s AND recent.network = %s AND recent.network <> '' AND recent.cast_at > %s LIMIT 1 OFFSET %s)"""

#: A link that was made while the insert waited for it is seen only now.
TAKE_BACK = """DELETE FROM {ballots} WHERE uuid = %s
    AND EXISTS (SELECT 1 FROM {links} AS link WHERE link.poll_id = %s AND link.alias_key = %s)"""

MARK = """INSERT INTO {votes} (ballot_id, option_id, exclusive)
    SELECT ballot.id, mark.option_id, %s FROM {ballots} AS ballot, ({marks}) AS mark WHERE ballot.uuid = %s"""

COUNT = """INSERT INTO {deltas} (poll_id, option_id, door, delta)
    SELECT ballot.poll_id, mark.option_id, ballot.door, 1
    FROM {ballots} AS ballot, (SELECT NULL AS option_id UNION ALL {marks}) AS mark WHERE ballot.uuid = %s"""

FOUND = "SELECT id, cast_at FROM {ballots} WHERE uuid = %s"


def remember(poll: Poll) -> None:
    """Keep a poll, with its options, for the next answer to it. It may be out of date by then: see above."""
    if len(_seen) >= MOST_SEEN:
        _seen.clear()
    _seen[poll.pk] = poll


def remembered(poll_id: int) -> Poll | None:
    """Return a poll as this process last saw it, or None. Only good for ``insert_at_once``."""
    return _seen.get(poll_id)


def insert_at_once(ballot: Ballot, options: Sequence[Option]) -> bool:
    """Store a first ballot with its votes and its counts, or nothing; say which.

    ``ballot`` is not saved yet, and its poll and the options may be remembered from before; afterwards it has its
    primary key. One round trip on PostgreSQL, outside a transaction at least.
    """
    poll, pks = ballot.poll, [option.pk for option in options]
    limit = polls_settings().BALLOTS_PER_NETWORK_HOUR if ballot.network else 0
    public, page_values = public_condition(poll)
    lock = sharing(poll, ballot.network)
    uuid = _prepared(ballot, "uuid")
    values = [
        *([lock[1]] if lock else []),
        [*_insert_values(ballot, pks), *page_values, *(_room_values(ballot, limit) if limit else [])],
        [uuid, poll.pk, ballot.reader_key],
        [poll.takes_one_answer, *pks, uuid],
        [*pks, uuid],
        [uuid],
    ]
    texts = _texts(connection.vendor, lock[0] if lock else "", len(pks), public, bool(limit))
    row = run_together(list(zip(texts, values, strict=True)))
    if row:
        ballot.pk, ballot.cast_at = row[0], _moment(row[1])
        ballot._state.adding, ballot._state.db = False, connection.alias
    return row is not None


@lru_cache(maxsize=64)
def _texts(vendor: str, lock: str, marks: int, public: str, limited: bool) -> list[str]:
    """Return the SQL of every statement; it depends on little, and joining it took as long as sending it."""
    each_mark = " UNION ALL ".join(["SELECT CAST(%s AS bigint) AS option_id"] * marks)
    names = TABLES | {"places": ", ".join(["%s"] * marks), "marks": each_mark, "clock": CLOCKS[vendor]}
    conditions = [TAKES_BALLOTS, UNCHANGED, OFFERS, public, *([ROOM] if limited else [])]
    insert = (
        f"INSERT INTO {{ballots}} ({', '.join(COLUMNS)}, cast_at) "  # noqa: S608 (nothing in it was sent)
        f"SELECT {', '.join(['%s'] * len(COLUMNS))}, {{clock}} FROM {{polls}} AS poll "
        f"WHERE {' AND '.join(conditions)} ON CONFLICT DO NOTHING"
    )
    statements = [*([lock] if lock else []), insert, TAKE_BACK, MARK, COUNT, FOUND]
    return [statement.format(**names) for statement in statements]


def _insert_values(ballot: Ballot, pks: Sequence[int]) -> list[Any]:
    poll = ballot.poll
    remembered_values = [getattr(poll, name) for name in REMEMBERED]
    columns = [_prepared(ballot, name) for name in COLUMNS.values()]
    return [*columns, poll.pk, poll.max_votes or 0, *remembered_values, len(pks), *pks]


def _room_values(ballot: Ballot, limit: int) -> list[Any]:
    since = connection.ops.adapt_datetimefield_value(timezone.now() - HOUR)
    return [ballot.poll_id, ballot.network, since, limit - 1]


def run_together(statements: Sequence[Statement]) -> Any | None:
    """Run statements in one transaction and return the first row of the last; None where that could not be done.

    PostgreSQL gets them as one message; outside a transaction that is one by itself.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block or _binds_on_the_server():
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, values in statements:
                cursor.execute(sql, values)
            return cursor.fetchone()
    # Asking first whether the connection still stands would be a second message. If it does not, the long way connects
    # anew, and finds the ballot if it was stored nevertheless.
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        with connection.cursor() as cursor:
            cursor.execute(*one_message(statements))
            while cursor.nextset():
                pass
            return cursor.fetchone()
    except OperationalError:
        connection.close()
    except ProgrammingError:
        refuse_names()
    return None


def _binds_on_the_server() -> bool:
    """Whether the project asked for parameters that travel apart, which allows only one statement at a time."""
    return bool(connection.settings_dict["OPTIONS"].get("server_side_binding"))


def _prepared(ballot: Ballot, name: str) -> Any:
    field: Any = Ballot._meta.get_field(name)
    return field.get_db_prep_save(getattr(ballot, field.attname), connection)


def _moment(value: datetime | str) -> datetime:
    """Return a time as the database wrote it; SQLite writes text in UTC."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=connection.timezone)
