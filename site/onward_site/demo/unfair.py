"""The ballots of the demo that came at once from one network: found, shown to the author, and set aside."""

import uuid
from datetime import timedelta

from onward_polls.actions.fairness import decide_flag
from onward_polls.models import Ballot, FairnessFlag, Vote
from onward_polls.readers import reader_key

from .content.shapes import PollText
from .stage import Stage, dice, option_uuid


#: From one of these ballots to the next.
BETWEEN = timedelta(seconds=11)


def cast_burst(stage: Stage, text: PollText) -> None:
    """Write the ballots of a burst, and have the author decide about them; most polls have none."""
    name, count = text.burst
    if not count:
        return
    poll, rng = stage.polls[text.name], dice(f"burst {text.name}")
    start = stage.moment(text.burst_day, "15:40")
    ballots = Ballot.objects.bulk_create(
        Ballot(
            uuid=uuid.UUID(int=rng.getrandbits(128), version=4),
            poll=poll,
            reader_key=reader_key(poll, f"rid:{rng.getrandbits(128):032x}"),
            page_ref=stage.articles[text.article].pk,
            cast_at=start + place * BETWEEN,
        )
        for place in range(count)
    )
    option = poll.options.get(uuid=option_uuid(text.name, name))
    Vote.objects.bulk_create(Vote(ballot=ballot, option=option, exclusive=True) for ballot in ballots)
    flag = FairnessFlag.objects.create(
        poll=poll,
        kind=FairnessFlag.Kind.BURST,
        network=f"{rng.getrandbits(256):064x}",
        first_at=ballots[0].cast_at,
        last_at=ballots[-1].cast_at,
        found_at=ballots[-1].cast_at + timedelta(minutes=1),
    )
    flag.ballots.set(ballots)
    decide_flag(flag, FairnessFlag.Decision.EXCLUDED, stage.user)
