"""Counting after all what the limit for one network has set aside."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from onward_polls.models import Ballot, FairnessFlag, Poll

from .fairness import decide_flag


#: Ballots put on a flag per statement.
CHUNK = 500


def limited_ballots(poll: Poll, network: str) -> "Any":
    """Return the ballots of one network that the limit has set aside; "" stands for networks forgotten by now."""
    return Ballot.objects.excluded().filter(poll=poll, network=network, exclusion=Ballot.Exclusion.NETWORK)


def count_limited(poll: Poll, network: str, *, user: Any) -> int:
    """Count the ballots of one network that the limit has set aside; return how many.

    They are put on a fairness flag that says so, where the decision can be changed again.
    """
    with transaction.atomic():
        ballots = limited_ballots(poll, network).order_by("cast_at", "pk")
        casts = list(ballots.values_list("pk", "cast_at"))
        if not casts:
            return 0
        now = timezone.now()
        flag, _created = FairnessFlag.objects.get_or_create(
            poll=poll,
            kind=FairnessFlag.Kind.CONCENTRATION,
            # Networks forgotten after two days still need a name of their own.
            network=network or f"limit {now.isoformat()}",
            defaults={"first_at": casts[0][1], "last_at": casts[-1][1], "found_at": now},
        )
        for start in range(0, len(casts), CHUNK):
            flag.ballots.add(*(pk for pk, _moment in casts[start : start + CHUNK]))
        return decide_flag(flag, FairnessFlag.Decision.COUNTED, user)
