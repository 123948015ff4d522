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
from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, Q
from django.db.models.functions import Now

from .models import EXCLUDED, Ballot, FollowUp, Option, Poll, ReaderLink, TallyDelta, Vote
from .readers import linked_key


#: What one ballot adds to the tally: (option primary key, or None for the ballot itself; door) -> 1.
Contribution = Counter[tuple[int | None, str]]

#: What a later answer replaces when two ballots become one.
ANSWER_FIELDS = ("door", "page_ref", "cast_at", "changed_at", "withdrawn_at")

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
    before: Contribution = field(init=False)

    def __post_init__(self) -> None:
        # A row made by this very transaction has not been counted anywhere yet.
        self.before = Counter() if self.is_new else contribution(self.ballot, self.marked)

    @property
    def has_answer(self) -> bool:
        return not self.is_new and self.ballot.stands


def contribution(ballot: Ballot, marked: Iterable[int]) -> Contribution:
    """Return what a ballot with these options marked adds to the tally.

    One that was withdrawn adds nothing, and one that is set aside adds itself to those set aside.
    """
    if not ballot.stands:
        return Counter()
    if not ballot.is_counted:
        return Counter({(None, EXCLUDED): 1})
    return Counter({(option_id, ballot.door): 1 for option_id in (None, *marked)})


def share_poll(poll: Poll) -> None:
    """Keep the poll from being closed or recounted until this transaction ends; other ballots go on.

    Django has no word for FOR KEY SHARE. The foreign keys take the same lock by themselves, but only at the
    commit, which is too late. SQLite has one writer at a time and needs nothing.
    """
    if connection.features.has_select_for_no_key_update:
        table = connection.ops.quote_name(Poll._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR KEY SHARE", [poll.pk])  # noqa: S608


def hold_ballot(poll: Poll, key: str, *, door: str) -> HeldBallot:
    """Lock the one ballot behind a reader's key, making it if there is none.

    Between two statements another request of the same reader may link the key to another one, and move
    or delete the row. Then the search starts again behind the new key.
    """
    share_poll(poll)
    for _attempt in range(ATTEMPTS):
        held = _insert_and_lock(poll, key, door=door)
        target = linked_key(poll, key) if held is None or held.is_new else key
        if held and target == key:
            return held
        if held:
            held.ballot.delete()
        key = target
    raise RuntimeError(
        f"The ballot of one reader in poll {poll.pk} moved {ATTEMPTS} times within one request."
    )


def _insert_and_lock(poll: Poll, key: str, *, door: str) -> HeldBallot | None:
    fresh = Ballot(poll=poll, reader_key=key, door=door, cast_at=Now())
    Ballot.objects.bulk_create([fresh], ignore_conflicts=True)
    ballot = next(iter(lock_ballots(poll, reader_key=key)), None)
    if ballot is None:
        return None
    is_new = ballot.uuid == fresh.uuid
    return HeldBallot(ballot, frozenset() if is_new else marked_on(ballot), ballot.db_now, is_new)


def lock_ballots(poll: Poll, **which: object) -> list[Ballot]:
    """Lock some ballots of a poll, each with the database's time as ``db_now``."""
    now = ExpressionWrapper(Now(), output_field=DateTimeField())
    locked = Ballot.objects.select_for_update().filter(poll=poll, **which)
    ballots = list(locked.annotate(clock=now).order_by("pk"))
    for ballot in ballots:
        ballot.poll = poll
        ballot.db_now = ballot.clock  # type: ignore[attr-defined]
    return ballots


def marked_on(ballot: Ballot) -> frozenset[int]:
    """Return the primary keys of the options marked on a ballot."""
    return frozenset(ballot.votes.values_list("option_id", flat=True))


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

    This is the last statement of a vote, and the one that decides: what it refuses is rolled back.
    """
    takes_ballots = Q(poll__archived_at=None) & (
        (Q(poll__opens_at=None) | Q(poll__opens_at__lte=Now()))
        & (Q(poll__closes_at=None) | Q(poll__closes_at__gt=Now()))
    )
    if not Ballot.objects.filter(takes_ballots, pk=ballot.pk).update(**values):
        return False
    for name, value in values.items():
        setattr(ballot, name, value)
    return True


def link_keys(poll: Poll, alias: str, key: str) -> None:
    """Remember that ``alias`` is the reader behind ``key``, and leave the two with one ballot."""
    share_poll(poll)
    key = linked_key(poll, key)
    known = ReaderLink.objects.filter(poll=poll, alias_key=alias).first()
    if alias == key or (known and known.reader_key == key):
        return
    if known is None:
        # Only a first link can find a ballot under the alias: later votes went behind the link.
        merge_ballots(poll, alias, key)
        ReaderLink.objects.filter(poll=poll, reader_key=alias).update(reader_key=key)
    ReaderLink.objects.update_or_create(poll=poll, alias_key=alias, defaults={"reader_key": key})


def merge_ballots(poll: Poll, alias: str, key: str) -> None:
    """Make one ballot of what two keys of the same reader hold, under ``key``; the latest answer wins."""
    # The placeholder makes a first vote under the alias, if one is under way, wait for this link.
    placeholder = Ballot(poll=poll, reader_key=alias, cast_at=Now())
    Ballot.objects.bulk_create([placeholder], ignore_conflicts=True)
    ballots = lock_ballots(poll, reader_key__in=[alias, key])
    Ballot.objects.filter(uuid=placeholder.uuid).delete()
    answers = [(ballot, marked_on(ballot)) for ballot in ballots if ballot.uuid != placeholder.uuid]
    if answers:
        before = sum((contribution(ballot, marked) for ballot, marked in answers), Contribution())
        latest, marked = max(answers, key=lambda answer: answer[0].acted_at)
        survivor = _keep_one([ballot for ballot, _ in answers], latest)
        Ballot.objects.filter(pk=survivor.pk).update(reader_key=key)
        note_change(poll, before, contribution(survivor, marked))


def _keep_one(ballots: list[Ballot], latest: Ballot) -> Ballot:
    """Put the latest answer into the row that stays, and delete the other.

    The row with words stays, so that what an author has quoted keeps its reference.
    """
    with_words = [ballot for ballot in ballots if ballot.words] if latest.stands else []
    survivor = max(with_words, key=lambda ballot: ballot.acted_at, default=latest)
    if survivor.pk != latest.pk:
        Vote.objects.filter(ballot=survivor).delete()
        Vote.objects.filter(ballot=latest).update(ballot=survivor)
        for name in ANSWER_FIELDS:
            setattr(survivor, name, getattr(latest, name))
        survivor.save(update_fields=ANSWER_FIELDS)
    for other in ballots:
        if other.pk != survivor.pk:
            if not FollowUp.objects.filter(ballot=survivor).exists():
                FollowUp.objects.filter(ballot=other).update(ballot=survivor)
            other.delete()
    return survivor
