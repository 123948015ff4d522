"""Setting ballots aside and taking them back in: by the author, in the log, never silent."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from onward_polls import signals
from onward_polls.ballots.ballot_box import (
    Contribution,
    contribution,
    lock_ballots,
    marked_on_each,
    note_change,
    share_poll,
)
from onward_polls.fairness import finding as fairness
from onward_polls.models import Ballot, FairnessFlag, Poll, TallyDelta

from .shared import announce
from .words import is_quotable


#: Ballots locked and changed per statement.
CHUNK = 500


def exclude_ballots(ballots: Iterable[Ballot], user: Any) -> int:
    """Set ballots of one poll aside: kept, out of the tally, and their words not to be quoted any more.

    Returns how many that were; those that are withdrawn or set aside already stay as they are. Exact beside any
    number of votes; open to the author also after the poll has closed. Logs ``onward_polls.exclude``.
    """
    return _change(ballots, user, "onward_polls.exclude", excluded=True)


def include_ballots(ballots: Iterable[Ballot], user: Any) -> int:
    """Count ballots of one poll that were set aside, by the author or by the limit of a network; return how many.

    Logs ``onward_polls.include``.
    """
    return _change(ballots, user, "onward_polls.include", excluded=False)


def decide_flag(flag: FairnessFlag, decision: str, user: Any) -> int:
    """Count the ballots of a flag, or set them aside; return how many that changed.

    ``decision`` is FairnessFlag.Decision.COUNTED or EXCLUDED; any other raises ValueError. The last decision
    stands, and may be changed at any time. A flag that grows afterwards asks again.
    """
    choices = FairnessFlag.Decision
    if decision not in (choices.COUNTED, choices.EXCLUDED):
        raise ValueError(f"A flag is counted or excluded, not {decision!r}.")
    with transaction.atomic():
        locked = FairnessFlag.objects.select_for_update(no_key=True).get(pk=flag.pk)
        change = exclude_ballots if decision == choices.EXCLUDED else include_ballots
        changed = change(locked.ballots.select_related("poll"), user)
        flag.decision, flag.decided_at, flag.decided_by = decision, timezone.now(), user
        flag.save(update_fields=["decision", "decided_at", "decided_by"])
    return changed


def find_unfair_ballots() -> int:
    """Look for bursts and concentrations in every poll that has news since the last fold; return how many flags.

    Runs before the fold, which forgets which polls had news.
    """
    news = Poll.objects.filter(pk__in=TallyDelta.objects.values("poll"))
    return sum(len(fairness.find_flags(poll)) for poll in news)


def _change(ballots: Iterable[Ballot], user: Any, action: str, *, excluded: bool) -> int:
    by_pk = {ballot.pk: ballot for ballot in ballots}
    polls = {ballot.poll_id: ballot.poll for ballot in by_pk.values()}
    if len(polls) > 1:
        raise ValueError("These ballots are of several polls.")
    if not polls:
        return 0
    (poll,) = polls.values()
    pks, changed = sorted(by_pk), 0
    with transaction.atomic():
        share_poll(poll)
        for start in range(0, len(pks), CHUNK):
            changed += _change_some(poll, pks[start : start + CHUNK], excluded=excluded)
        if changed:
            log(instance=poll, action=action, user=user, data={"ballots": changed})
    return changed


def _change_some(poll: Poll, pks: list[int], *, excluded: bool) -> int:
    held = lock_ballots(poll, pk__in=pks, withdrawn_at=None, excluded_at__isnull=excluded)
    marked = marked_on_each(held)
    before, after = Contribution(), Contribution()
    for ballot in held:
        was_quotable = is_quotable(ballot)
        before.update(contribution(ballot, marked[ballot.pk]))
        ballot.excluded_at = ballot.db_now if excluded else None
        ballot.exclusion = Ballot.Exclusion.AUTHOR if excluded else ""
        after.update(contribution(ballot, marked[ballot.pk]))
        if was_quotable and excluded:
            announce(signals.consent_withdrawn, ballot=ballot)
    Ballot.objects.bulk_update(held, ["excluded_at", "exclusion"])
    note_change(poll, before, after)
    return len(held)
