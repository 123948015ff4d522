"""A first ballot in one round trip: what most readers do, without loading anything first.

The statements do what ``cast_ballot`` does for somebody who is new to a poll, and nothing else. They believe nothing
they are given: the first inserts the ballot only where the poll still says what this process remembers of it, takes
ballots by the database's clock, is public and offers every option marked, and where the reader needs no closer look.
Where that leaves no row, nothing has happened at all, and ``cast_ballot`` decides. A ballot beyond the limit of its
network is kept and set aside.

The rules of ``ballot_box`` hold here too: the poll's lock comes first, links are looked for after the row stands under
the reader's key, and counts are changed by new rows only. Each statement sees what was committed before it began; that
is why there are several.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from onward_polls.conf import polls_settings
from onward_polls.models import EXCLUDED, Ballot, Option, Poll, ReaderLink, TallyDelta, Vote
from onward_polls.placement import public_condition
from onward_polls.preparing import may_run_together, run_apart, run_together

from .ballot_box import HOUR, sharing
from .ballot_rules import Offered, offered_by


#: What the checks of an answer were made against, beside max_votes.
REMEMBERED = ("salt", "kind", "min_votes", "roles", "wording_version")

#: The database's clock at this very moment: Now() stands still while a statement waits for another transaction.
CLOCKS = {"postgresql": "CLOCK_TIMESTAMP()", "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"}

#: Polls as this process last saw them, by primary key, each with what it offered; and how many are remembered.
_seen: dict[int, tuple[Poll, Offered]] = {}
MOST_SEEN = 1000

#: What a first ballot says of itself, as the database takes it; only its uuid may need a form of its own.
SAID = ("poll_id", "reader_key", "cast_by", "door", "page_ref", "role", "network", "wording_version")

#: Columns of a first ballot that the database decides.
DECIDED = ("cast_at", "excluded_at", "exclusion")

#: Columns of a first ballot that hold the field's default; the database gives the primary key.
DEFAULTS = {
    str(field.column): field.get_default()
    for field in Ballot._meta.concrete_fields
    if not field.primary_key and field.attname not in {*SAID, *DECIDED, "uuid"} and not field.null
}

TABLES = {
    "ballots": Ballot._meta.db_table,
    "votes": Vote._meta.db_table,
    "deltas": TallyDelta._meta.db_table,
    "links": ReaderLink._meta.db_table,
    "options": Option._meta.db_table,
    "polls": Poll._meta.db_table,
}

TAKES_BALLOTS = """poll.id = %(poll_id)s AND poll.archived_at IS NULL AND poll.follows_id IS NULL
    AND (poll.opens_at IS NULL OR poll.opens_at <= moment.clock)
    AND (poll.closes_at IS NULL OR poll.closes_at > moment.clock)"""

UNCHANGED = "COALESCE(poll.max_votes, 0) = %(max_votes)s AND " + " AND ".join(
    f"poll.{name} = %({name})s" for name in REMEMBERED
)

OFFERS = """%(marked)s = (SELECT COUNT(*) FROM {options} AS option
    WHERE option.id IN ({places}) AND option.poll_id = poll.id AND option.retired_at IS NULL AND NOT option.is_other)"""

#: Whether a network has had its share. OFFSET looks at no more rows than the limit, however many there are, and only
#: with the condition of its index (a network that is not empty) does PostgreSQL find them there.
CROWDED = """EXISTS (SELECT 1 FROM {ballots} AS recent
    WHERE recent.poll_id = %(poll_id)s AND recent.network = %(network)s AND recent.network <> ''
        AND recent.cast_at > %(since)s LIMIT 1 OFFSET %(limit)s - 1)"""

#: Asked once, and used several times: with a LIMIT of its own PostgreSQL leaves it in one piece.
MOMENT = "(SELECT {clock} AS clock, {crowded} AS crowded LIMIT 1) AS moment"

#: The values of DECIDED.
DECISIONS = (
    "moment.clock, CASE WHEN moment.crowded THEN moment.clock END, "
    f"CASE WHEN moment.crowded THEN '{Ballot.Exclusion.NETWORK.value}' ELSE '' END"
)

#: A link that was made while the insert waited for it is seen only now.
TAKE_BACK = """DELETE FROM {ballots} WHERE uuid = %(uuid)s
    AND EXISTS (SELECT 1 FROM {links} AS link WHERE link.poll_id = %(poll_id)s AND link.alias_key = %(reader_key)s)"""

MARK = """INSERT INTO {votes} (ballot_id, option_id, exclusive)
    SELECT ballot.id, mark.option_id, %(exclusive)s FROM {ballots} AS ballot, ({marks}) AS mark
    WHERE ballot.uuid = %(uuid)s"""

#: All of it as one statement, where one may write several tables.
STORE = """WITH mark AS ({marks}), ballot AS ({insert} RETURNING id, poll_id, door, cast_at, excluded_at, exclusion),
    marked AS (INSERT INTO {votes} (ballot_id, option_id, exclusive)
        SELECT ballot.id, mark.option_id, %(exclusive)s FROM ballot, mark),
    counted AS (INSERT INTO {deltas} (poll_id, option_id, door, delta)
        SELECT ballot.poll_id, mark.option_id, {counted_at}, 1
        FROM ballot, (SELECT NULL AS option_id UNION ALL SELECT option_id FROM mark) AS mark WHERE {counts})
    SELECT id, cast_at, excluded_at, exclusion FROM ballot"""

COUNT = """INSERT INTO {deltas} (poll_id, option_id, door, delta)
    SELECT ballot.poll_id, mark.option_id, {counted_at}, 1
    FROM {ballots} AS ballot, (SELECT NULL AS option_id UNION ALL {marks}) AS mark
    WHERE ballot.uuid = %(uuid)s AND {counts}"""

#: What ``ballot_box.contribution`` says: one that is set aside adds itself to those, and none of its options.
COUNTS = {
    "counted_at": f"CASE WHEN ballot.excluded_at IS NULL THEN ballot.door ELSE '{EXCLUDED}' END",
    "counts": "(ballot.excluded_at IS NULL OR mark.option_id IS NULL)",
}

FOUND = "SELECT id, cast_at, excluded_at, exclusion FROM {ballots} WHERE uuid = %(uuid)s"


def remember(poll: Poll) -> None:
    """Keep a poll, with its options, for the next answer to it. It may be out of date by then: see above."""
    if len(_seen) >= MOST_SEEN:
        _seen.clear()
    _seen[poll.pk] = poll, offered_by(poll)


def remembered(poll_id: int) -> tuple[Poll, Offered] | None:
    """Return a poll and its options as this process last saw them, or None. Only good for ``insert_at_once``."""
    return _seen.get(poll_id)


def insert_at_once(ballot: Ballot, options: Sequence[Option]) -> bool:
    """Store a first ballot with its votes and its counts, or nothing; say which.

    ``ballot`` is not saved yet, and its poll and the options may be remembered from before; afterwards it has its
    primary key and what the database decided. One round trip on PostgreSQL, outside a transaction at least.
    """
    database = connections[DEFAULT_DB_ALIAS]
    row = _row_of_new(database, ballot, options)
    if row:
        ballot.pk, cast_at, excluded_at, ballot.exclusion = row
        ballot.cast_at = _moment(database, cast_at)
        ballot.excluded_at = _moment(database, excluded_at) if excluded_at else None
        ballot._state.adding, ballot._state.db = False, database.alias
    return row is not None


def _row_of_new(database: BaseDatabaseWrapper, ballot: Ballot, options: Sequence[Option]) -> Any | None:
    """Run the statements, and return what FOUND says of the ballot; None if there is none.

    Where the connection was lost, the long way connects anew, and finds the ballot if it was stored nevertheless. A
    ballot that is taken back breaks a rule: its votes do not stand without it.
    """
    public, page_values = public_condition(ballot.poll)
    limit = polls_settings().BALLOTS_PER_NETWORK_HOUR if ballot.network else 0
    values = _values(ballot, database) | page_values
    values |= {f"option_{place}": option.pk for place, option in enumerate(options)}
    values |= {"marked": len(options), "exclusive": ballot.poll.takes_one_answer}
    if limit:
        since = database.ops.adapt_datetimefield_value(timezone.now() - HOUR)
        values |= {"since": since, "limit": limit}
    together = may_run_together(database)
    texts = _texts(database.vendor, len(options), public, limited=bool(limit), in_one=together)
    if lock := sharing(ballot.network):
        texts = [lock, *texts]
    if together:
        return run_together(database, texts, values, row_of=-2)
    return run_apart(database, texts, values)


def _values(ballot: Ballot, database: BaseDatabaseWrapper) -> dict[str, Any]:
    """Return what a ballot says and what its poll was when it was remembered, by the names of the columns."""
    field: Any = Ballot._meta.get_field("uuid")
    known = {name: getattr(ballot.poll, name) for name in REMEMBERED}
    said = {name: getattr(ballot, name) for name in SAID}
    uuid = field.get_db_prep_save(ballot.uuid, database)
    return {**known, **said, "uuid": uuid, "max_votes": ballot.poll.max_votes or 0}


@lru_cache(maxsize=64)
def _texts(vendor: str, marks: int, public: str, *, limited: bool, in_one: bool) -> list[str]:
    """Return the SQL of every statement; it depends on little, and joining it took as long as sending it."""
    places = [f"%(option_{place})s" for place in range(marks)]
    each_mark = " UNION ALL ".join(f"SELECT CAST({place} AS bigint) AS option_id" for place in places)
    names = TABLES | COUNTS | {"clock": CLOCKS[vendor], "marks": each_mark}
    names["places"] = "SELECT option_id FROM mark" if in_one else ", ".join(places)
    names["crowded"] = CROWDED.format(**names) if limited else "FALSE"
    conditions = [TAKES_BALLOTS, UNCHANGED, OFFERS, public]
    said = ", ".join(f"%({name})s" for name in ("uuid", *SAID))
    defaults = ", ".join(f"'{value}'" for value in DEFAULTS.values())
    insert = (
        f"INSERT INTO {{ballots}} (uuid, {', '.join([*SAID, *DEFAULTS, *DECIDED])}) "  # noqa: S608 (nothing was sent)
        f"SELECT {said}, {defaults}, {DECISIONS} FROM {MOMENT}, {{polls}} AS poll "
        f"WHERE {' AND '.join(conditions)} ON CONFLICT DO NOTHING"
    ).format(**names)
    if in_one:
        return [STORE.format(insert=insert, **names), TAKE_BACK.format(**names)]
    return [insert, *(statement.format(**names) for statement in (TAKE_BACK, MARK, COUNT, FOUND))]


def _moment(database: BaseDatabaseWrapper, value: datetime) -> datetime:
    """Return a time as the database read it; SQLite does not know its zone, which is UTC."""
    return value if value.tzinfo else value.replace(tzinfo=database.timezone)
