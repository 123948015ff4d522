"""From deltas to tallies, and from ballots to tallies: exact, whatever is voted meanwhile."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from .models import Poll, Tally, TallyDelta
from .tally import recount, span_of_ballots


#: Deltas folded per statement, well under the number of parameters any database takes.
CHUNK = 500

#: (option primary key, or None for the ballots themselves; door) -> a count, or a change of one.
Counts = Counter[tuple[int | None, str]]


def fold_poll(poll: Poll) -> tuple[int, bool]:
    """Fold what waits for one poll; return how many deltas that was, and whether a count changed."""
    with transaction.atomic():
        # Keeps a second fold out, and lets ballots through: they only hold the poll's key.
        Poll.objects.select_for_update(no_key=True).get(pk=poll.pk)
        deltas = list(TallyDelta.objects.filter(poll=poll))
        change: Counts = Counter()
        for delta in deltas:
            change[delta.option_id, delta.door] += delta.delta
        changed = {place: count for place, count in change.items() if count}
        if changed:
            _add(poll, changed)
        # By primary key, not "all up to": a later delta may commit with an earlier number.
        _delete([delta.pk for delta in deltas])
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
    for (option_id, door), count in counts.items():
        if count:
            span = span_of_ballots(poll, door) if option_id is None else (None, None)
            yield Tally(
                poll=poll, option_id=option_id, door=door, count=count, first_at=span[0], last_at=span[1]
            )


def _delete(pks: list[int]) -> None:
    for start in range(0, len(pks), CHUNK):
        TallyDelta.objects.filter(pk__in=pks[start : start + CHUNK]).delete()


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
