"""The mechanics under the actions: whose ballot it is, what it adds to the tally, and what changed.

Every function here runs inside a transaction that an action has opened. Three rules keep it exact:

* A ballot shares a lock on its poll with other ballots. Closing the poll and rebuilding its tally take the
  lock alone, so they wait for the ballots under way, while ballots never wait for each other.
* Before it looks, a ballot inserts a row under the reader's key. The unique constraint then queues everything
  else the same reader does, on PostgreSQL and on SQLite alike.
* Every change of a count is a new TallyDelta row, so no two readers ever want to write the same one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Now
from django.utils import timezone

from onward_polls.conf import polls_settings
from onward_polls.models import EXCLUDED, Ballot, Option, Poll, TallyDelta, Vote
from onward_polls.readers import linked_key


#: What one ballot adds to the tally: (option primary key, or None for the ballot itself; door) -> 1.
Contribution = Counter[tuple[int | None, str]]

#: Over this long, a network's new ballots in one poll are counted against the limit.
HOUR = timedelta(hours=1)

#: How often a ballot may slip away before something else must be wrong.
ATTEMPTS = 5


@dataclass
class HeldBallot:
    """A ballot whose row this transaction has locked."""

    ballot: Ballot
    #: Primary keys of the options marked on it.
    marked: frozenset[int]
    #: The database's clock when the row was locked.
    now: datetime
    #: Whether this transaction made the row.
    is_new: bool
    #: Whether this transaction made the row although its network has had its share of the hour.
    is_crowded: bool = False
    #: Whether the poll still offers every option that the reader marked.
    is_offered: bool = True
    before: Contribution = field(init=False)
    #: Whether the reader had an answer that stood.
    has_answer: bool = field(init=False)

    def __post_init__(self) -> None:
        self.has_answer = not self.is_new and self.ballot.stands
        # A row made by this very transaction has not been counted anywhere yet.
        self.before = Counter() if self.is_new else contribution(self.ballot, self.marked)


def contribution(ballot: Ballot, marked: Iterable[int]) -> Contribution:
    """Return what a ballot with these options marked adds to the tally.

    One that was withdrawn adds nothing, and one that is set aside adds itself to those set aside.
    """
    if not ballot.stands:
        return Counter()
    if not ballot.is_counted:
        return Counter({(None, EXCLUDED): 1})
    return Counter({(option_id, ballot.door): 1 for option_id in (None, *marked)})


def share_poll(poll: Poll, network: str = "") -> None:
    """Keep the poll from being closed or recounted until this transaction ends; other ballots go on.

    With ``network``, ballots from that network come one after the other, so that none escapes its limit.
    Django has no word for FOR KEY SHARE. The foreign keys take the same lock by themselves, but only at the
    commit, which is too late. SQLite has one writer at a time and needs nothing.
    """
    statement = sharing(network)
    if statement:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"poll_id": poll.pk, "network": network})


def sharing(network: str) -> str | None:
    """Return the statement of ``share_poll``, with poll_id and network as parameters, or None where none is needed."""
    if not connection.features.has_select_for_no_key_update:
        return None
    table = connection.ops.quote_name(Poll._meta.db_table)
    limited = bool(network and polls_settings().BALLOTS_PER_NETWORK_HOUR)
    queue = "pg_advisory_xact_lock(hashtextextended(%(network)s, 0))" if limited else "1"
    return f"SELECT {queue} FROM {table} WHERE id = %(poll_id)s FOR KEY SHARE"  # noqa: S608 (nothing in it was sent)


def hold_ballot(
    poll: Poll, key: str, *, door: str, network: str = "", options: Sequence[Option] = ()
) -> HeldBallot:
    """Lock the one ballot behind a reader's key, making it if there is none.

    Between two statements another request of the same reader may link the key to another one, and move
    or delete the row. Then the search starts again behind the new key. ``options`` are what the reader marked:
    an editor may have taken one of them away since they were read.
    """
    share_poll(poll, network)
    for _attempt in range(ATTEMPTS):
        held = _insert_and_lock(poll, key, door=door, network=network, options=options)
        target = linked_key(poll, key) if held is None or held.is_new else key
        if held and target == key:
            return held
        if held:
            held.ballot.delete()
        key = target
    raise RuntimeError(
        f"The ballot of one reader in poll {poll.pk} moved {ATTEMPTS} times within one request."
    )


def _insert_and_lock(
    poll: Poll, key: str, *, door: str, network: str, options: Sequence[Option]
) -> HeldBallot | None:
    fresh = Ballot(poll=poll, reader_key=key, door=door, network=network, cast_at=Now())
    Ballot.objects.bulk_create([fresh], ignore_conflicts=True)
    rows = _with_crowd(poll, network).annotate(on_offer=_on_offer(poll, options)).filter(reader_key=key)
    ballot = next(iter(_lock(rows, poll)), None)
    if ballot is None:
        return None
    is_new = ballot.uuid == fresh.uuid
    marked = frozenset[int]() if is_new else marked_on(ballot)
    crowded = is_new and getattr(ballot, "beyond_limit", False)
    offered = (ballot.on_offer or 0) == len(options)  # type: ignore[attr-defined]
    return HeldBallot(ballot, marked, ballot.db_now, is_new, crowded, offered)


def _on_offer(poll: Poll, options: Sequence[Option]) -> Subquery:
    """Count those of some options that the poll still offers, in the statement that locks a ballot.

    None are, if the first ballot waited while the kind or the limits were changed, which locks with it.
    """
    rules = {"poll__kind": poll.kind, "poll__min_votes": poll.min_votes, "poll__max_votes": poll.max_votes}
    offered = Option.objects.filter(
        poll=poll, pk__in=[option.pk for option in options], retired_at=None, **rules
    )
    return Subquery(offered.order_by().values("poll").annotate(n=Count("pk")).values("n"))


def _with_crowd(poll: Poll, network: str) -> QuerySet[Ballot]:
    """Let the statement that locks a ballot also say whether its network is beyond the limit."""
    limit = polls_settings().BALLOTS_PER_NETWORK_HOUR
    if not limit or not network:
        return Ballot.objects.all()
    # The new row is among them. OFFSET looks at no more rows than the limit, however many there are.
    recent = Ballot.objects.filter(poll=poll, network=network, cast_at__gt=timezone.now() - HOUR)
    return Ballot.objects.annotate(beyond_limit=Exists(recent[limit : limit + 1]))


def lock_ballots(poll: Poll, **which: object) -> list[Ballot]:
    """Lock some ballots of a poll, each with the database's time as ``db_now``."""
    return _lock(Ballot.objects.filter(**which), poll)


def _lock(ballots: QuerySet[Ballot], poll: Poll) -> list[Ballot]:
    now = ExpressionWrapper(Now(), output_field=DateTimeField())
    locked: list[Ballot] = list(
        ballots.select_for_update().filter(poll=poll).annotate(clock=now).order_by("pk")
    )
    for ballot in locked:
        ballot.poll = poll
        ballot.db_now = ballot.clock  # type: ignore[attr-defined]
    return locked


def marked_on(ballot: Ballot) -> frozenset[int]:
    """Return the primary keys of the options marked on a ballot."""
    return frozenset(ballot.votes.values_list("option_id", flat=True))


def marked_on_each(ballots: Iterable[Ballot]) -> dict[int, frozenset[int]]:
    """Return the primary keys of the options marked, by the primary key of the ballot (one query)."""
    marked: dict[int, set[int]] = {ballot.pk: set() for ballot in ballots}
    for ballot_id, option_id in Vote.objects.filter(ballot__in=list(marked)).values_list("ballot", "option"):
        marked[ballot_id].add(option_id)
    return {pk: frozenset(options) for pk, options in marked.items()}


def replace_votes(held: HeldBallot, options: Sequence[Option]) -> None:
    """Make the votes on a held ballot exactly these."""
    wanted = {option.pk for option in options}
    if gone := held.marked - wanted:
        Vote.objects.filter(ballot=held.ballot, option_id__in=gone).delete()
    exclusive = held.ballot.poll.takes_one_answer
    Vote.objects.bulk_create(
        Vote(ballot=held.ballot, option_id=pk, exclusive=exclusive) for pk in sorted(wanted - held.marked)
    )


def note_change(poll: Poll, before: Contribution, after: Contribution) -> None:
    """Write the difference between two contributions as deltas, for the next fold to add up."""
    change = Counter(after)
    change.subtract(before)
    TallyDelta.objects.bulk_create(
        TallyDelta(poll=poll, option_id=option_id, door=door, delta=delta)
        for (option_id, door), delta in change.items()
        if delta
    )


def stamp_if_open(ballot: Ballot, **values: object) -> bool:
    """Save these values on a ballot if its poll takes ballots by the database's clock; say whether it did.

    This is the last statement of a vote, and the one that decides: what it refuses is rolled back. It notes when words
    came onto a ballot that had none.
    """
    when = {"words_at": _words_at(values["words"])} if "words" in values else {}
    takes_ballots = Q(poll__archived_at=None) & (
        (Q(poll__opens_at=None) | Q(poll__opens_at__lte=Now()))
        & (Q(poll__closes_at=None) | Q(poll__closes_at__gt=Now()))
    )
    if not Ballot.objects.filter(takes_ballots, pk=ballot.pk).update(**values, **when):
        return False
    for name, value in values.items():
        setattr(ballot, name, value)
    return True


def _words_at(words: object) -> Case | None:
    """Return the moment of the words that a statement puts on a ballot: now where it has none, else as it was."""
    return Case(When(words="", then=Now()), default=F("words_at")) if words else None
