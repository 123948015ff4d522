"""From deltas to tallies, and from ballots to tallies: exact, whatever is voted meanwhile."""

from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction

from .models import EXCLUDED, Poll, Tally, TallyDelta
from .tally import recount, span_of_ballots


#: Deltas deleted per statement, where the database sets no limit of its own.
CHUNK = 10_000

#: (option primary key, or None for the ballots themselves; door) -> a count, or a change of one.
Counts = Counter[tuple[int | None, str]]


def fold_poll(poll: Poll) -> tuple[int, bool]:
    """Fold what waits for one poll; return how many deltas that was, and whether a count changed."""
    with transaction.atomic():
        # Keeps a second fold out, and lets ballots through: they only hold the poll's key.
        Poll.objects.select_for_update(no_key=True).get(pk=poll.pk)
        deltas = list(TallyDelta.objects.filter(poll=poll).values_list("pk", "option_id", "door", "delta"))
        change: Counts = Counter()
        for _pk, option_id, door, delta in deltas:
            change[option_id, door] += delta
        changed = {place: count for place, count in change.items() if count}
        if changed:
            _add(poll, changed)
        # By primary key, not "all up to": a later delta may commit with an earlier number.
        _delete([delta[0] for delta in deltas])
    return len(deltas), bool(changed)


def _add(poll: Poll, change: dict[tuple[int | None, str], int]) -> None:
    counts = Counter({(row.option_id, row.door): row.count for row in Tally.objects.filter(poll=poll)})
    counts.update(change)
    _write(poll, counts)


def _write(poll: Poll, counts: Counts) -> None:
    """Make the tally rows of a poll say exactly this."""
    Tally.objects.filter(poll=poll).delete()
    Tally.objects.bulk_create(_rows(poll, counts))


def _rows(poll: Poll, counts: Counts) -> Iterable[Tally]:
    # One span for all doors: that of a rare door would have to be searched for among all ballots.
    span = span_of_ballots(poll)
    for (option_id, door), count in counts.items():
        if count:
            counts_ballots = option_id is None and door != EXCLUDED
            first_at, last_at = span if counts_ballots else (None, None)
            yield Tally(
                poll=poll, option_id=option_id, door=door, count=count, first_at=first_at, last_at=last_at
            )


def _delete(pks: list[int]) -> None:
    size = connection.features.max_query_params or CHUNK
    for start in range(0, len(pks), size):
        TallyDelta.objects.filter(pk__in=pks[start : start + size]).delete()


def rebuild_poll(poll: Poll) -> bool:
    """Count one poll again from its ballots; return whether its tallies had been wrong."""
    with transaction.atomic():
        # Waits for the ballots under way and holds back new ones, so that the count below misses none.
        Poll.objects.select_for_update().get(pk=poll.pk)
        kept: Counts = Counter(
            {(row.option_id, row.door): row.count for row in Tally.objects.filter(poll=poll)}
        )
        for delta in TallyDelta.objects.filter(poll=poll):
            kept[delta.option_id, delta.door] += delta.delta
        TallyDelta.objects.filter(poll=poll).delete()
        counts = recount(poll)
        _write(poll, counts)
    return {place: n for place, n in kept.items() if n} != dict(counts)
