"""Counting a breakdown again, when it is time."""

from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from django.db import transaction
from django.utils import timezone

from onward_polls import signals
from onward_polls.ballots.ballot_rules import ballot_limits
from onward_polls.folding import fold_poll
from onward_polls.models import Breakdown, Poll, Tally
from onward_polls.results import breakdown
from onward_polls.results.crosstable import next_table, table_of
from onward_polls.results.marks import next_marks
from onward_polls.results.roles import RoleCounts, count_roles
from onward_polls.results.transitions import moves_as_rows, moves_of, next_moves

from .shared import announce


#: A breakdown is counted again at the earliest after this time, and after PATIENCE times what it took.
REST = timedelta(seconds=60)
PATIENCE = 50

#: What readers may see of a Breakdown; a page is out of date when one of these has changed.
SHOWN = ("reach", "by_day", "by_role", "moves", "promoted", "set_aside")


def refresh_due_breakdowns(now: datetime | None = None) -> int:
    """Count again what is due: the tally changed, and the last counting is long enough ago; return how many.

    Long enough is 50 times as long as counting took, and at least a minute. A poll that has closed since is
    always due, so that its result is complete from then on.
    """
    now = now or timezone.now()
    prints = breakdown.fingerprints()
    polls = Poll.objects.filter(pk__in=Tally.objects.values("poll")).select_related("breakdown", "follows")
    due = [poll for poll in polls if is_due(poll, prints.get(poll.pk, ""), now)]
    for poll in due:
        refresh_breakdown(poll)
    return len(due)


def is_due(poll: Poll, fingerprint: str, now: datetime) -> bool:
    """Whether a breakdown should be counted again at this moment."""
    last = breakdown.read_breakdown(poll)
    if last is None or not last.roles:
        return True
    closed = poll.closes_at is not None and poll.closes_at <= now
    if closed and poll.closes_at and last.computed_at < poll.closes_at:
        return True
    if last.fingerprint == fingerprint:
        return False
    return closed or now - last.computed_at >= max(REST, PATIENCE * timedelta(milliseconds=last.took))


def refresh_breakdown(poll: Poll) -> bool:
    """Count the breakdown of a poll again; return whether anything that readers see has changed.

    Sends ``tally_folded`` if so. The tally is folded with it, because what is shown beside a tally must
    not know of more ballots than the tally does.
    """
    started, now = perf_counter(), timezone.now()
    last, roles = breakdown.read_breakdown(poll), count_roles(poll)
    found: dict[str, Any] = {
        "reach": breakdown.reach_of(poll),
        "by_day": breakdown.by_day(poll),
        "set_aside": breakdown.set_aside(poll),
        "promoted": breakdown.promoted(poll),
        "roles": roles.as_stored(),
        **_by_role(poll, last, now, roles),
        **_moves(poll, last, now),
    }
    took = round((perf_counter() - started) * 1000)
    with transaction.atomic():
        _deltas, folded = fold_poll(poll)
        # The fold holds the poll: of two countings at once, the second would not have stepped from the first.
        if _moment(poll) != (last.computed_at if last else None):
            return False
        stamp = {
            "computed_at": now,
            "took": took,
            "fingerprint": breakdown.fingerprints(poll).get(poll.pk, ""),
        }
        poll.breakdown, _created = Breakdown.objects.update_or_create(poll=poll, defaults=found | stamp)
        changed = last is None or any(getattr(last, name) != found[name] for name in SHOWN)
        if folded or changed:
            announce(signals.tally_folded, poll=poll)
    return changed


def _moment(poll: Poll) -> datetime | None:
    return Breakdown.objects.filter(poll=poll).values_list("computed_at", flat=True).first()


def _by_role(poll: Poll, last: Breakdown | None, now: datetime, roles: RoleCounts) -> dict[str, Any]:
    """Return the table to keep, and when it was counted: the last one, until a new one gives nobody away."""
    shown = table_of(last.by_role) if last else None
    cells = breakdown.by_role(poll, roles)
    one_answer = poll.takes_one_answer
    table = next_table(shown, cells) if one_answer else next_marks(shown, cells, ballot_limits(poll))
    if table is None:
        return {"by_role": [], "by_role_at": None}
    same = last is not None and table.as_rows() == last.by_role
    return {"by_role": table.as_rows(), "by_role_at": last.by_role_at if last and same else now}


def _moves(poll: Poll, last: Breakdown | None, now: datetime) -> dict[str, Any]:
    """Return likewise the moves to keep, and when they were counted."""
    cells, same = breakdown.moves(poll)
    rows = moves_as_rows(next_moves(moves_of(last.moves if last else []), cells, same))
    if not rows:
        return {"moves": [], "moves_at": None}
    return {"moves": rows, "moves_at": last.moves_at if last and rows == last.moves else now}
