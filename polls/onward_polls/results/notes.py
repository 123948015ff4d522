"""Everything that is said about a result beside its numbers; one answer for page, mail, embed, admin and JSON."""

from dataclasses import dataclass, field, replace

from onward_polls.models import Poll
from onward_polls.tally import PollTally
from onward_polls.wording import reach_line, reopened_line

from .breakdown import read_breakdown
from .comparability import comparability, rewordings
from .tables import MovesTable, RoleTable, moves_table, role_table
from .timeline import Timeline, timeline


@dataclass(frozen=True)
class ResultNotes:
    """What is known of the answers to one poll beyond the tally, as of the last counting."""

    #: How many readers saw the question, where somebody knows, and what that was said as.
    reach: int | None = None
    reach_line: str = ""
    reopened_line: str = ""
    #: {reason: ballots} of those set aside.
    set_aside: dict[str, int] = field(default_factory=dict)
    #: {option uuid: readers} who wrote in the earlier poll what is an option now.
    written: dict[str, int] = field(default_factory=dict)
    #: Sentences: how it was worded before, and what keeps it from being compared with the earlier poll.
    rewordings: tuple[str, ...] = ()
    comparability: tuple[str, ...] = ()
    timeline: Timeline | None = None
    roles: RoleTable | None = None
    moves: MovesTable | None = None
    low_label: str = ""
    high_label: str = ""


def notes_on(poll: Poll, tally: PollTally, then: PollTally | None = None) -> ResultNotes:
    """Gather what is known of the answers to a poll; ``then`` only where the reader may see the earlier ones.

    Reads nothing but the poll's Breakdown, and its Wordings if there are any.
    """
    breakdown = read_breakdown(poll)
    written = {str(uuid): int(n) for uuid, n in breakdown.promoted} if breakdown and then else {}
    scale = poll.kind == Poll.Kind.SCALE
    notes = ResultNotes(
        reopened_line=reopened_line(poll),
        rewordings=tuple(rewordings(poll, tally)),
        comparability=tuple(comparability(poll, poll.follows, tally, then, written))
        if then and poll.follows
        else (),
        low_label=poll.low_label if scale else "",
        high_label=poll.high_label if scale else "",
    )
    if breakdown is None:
        return notes
    return replace(
        notes,
        reach=breakdown.reach,
        reach_line=reach_line(tally, breakdown.reach),
        set_aside={str(reason): int(n) for reason, n in breakdown.set_aside},
        written=written,
        timeline=timeline(breakdown.by_day),
        roles=role_table(poll, breakdown, tally),
        moves=moves_table(breakdown, tally, then) if then else None,
    )
