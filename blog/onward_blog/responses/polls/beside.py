"""What stands beside the numbers of a question: the answers to it before, by role, and who moved in between.

Answers by role and moves are taken as readers may see them already, from the poll's Breakdown. A table counted anew
for a roundup could be laid beside that one, and the difference would tell what a single reader answered.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Count

from onward_blog.responses.base import iso
from onward_blog.responses.heads import Head
from onward_polls.models import EXCLUDED, Ballot, Poll, plain_text
from onward_polls.results.breakdown import read_breakdown
from onward_polls.results.comparability import comparability
from onward_polls.results.lines import result_lines
from onward_polls.results.tables import moves_table, role_table
from onward_polls.tally import PollTally, count_tally

from .counts import ballots_in, heads_of, marks_of, set_aside


def tally_of(poll: Poll, head: Head, marks: Counter[int], aside: int = 0) -> PollTally:
    """Return the numbers of a window as polls arrange them: options in their order, each with its count."""
    counts: Counter[tuple[int | None, str]] = Counter(
        {(None, door): n for door, n in (head.doors or {}).items()}
    )
    options = list(poll.options.all())
    counts.update({(option.pk, str(Ballot.Door.WEB)): marks[option.pk] for option in options})
    if aside:
        counts[None, EXCLUDED] = aside
    return count_tally(poll, options, counts)


def earlier_tally(poll: Poll, until: datetime, *, public: bool) -> tuple[PollTally, Head] | None:
    """Return what the poll that this one asks again had been answered by then; None where readers may not see it."""
    earlier = poll.follows
    if earlier is None or (public and (earlier.archived_at or not earlier.shows_results(voted=True))):
        return None
    ballots = ballots_in([earlier], None, until)
    head = heads_of(ballots)[earlier.pk]
    aside = set_aside([earlier], None, until)[earlier.pk]
    return tally_of(earlier, head, marks_of(ballots), aside), head


def then_of(poll: Poll, tally: PollTally, earlier: tuple[PollTally, Head], until: datetime) -> dict[str, Any]:
    """Return what was answered when the question was asked before, ready for JSON.

    Keys: poll, question, n, doors, first_at, last_at, lines {option uuid of the later poll: how many gave the earlier
    answer that it stands for}, differences [sentence].
    """
    then, head = earlier
    written = _written(poll, until)
    lines = result_lines(tally, then, written)
    return {
        "poll": then.poll_id,
        "question": then.question,
        "n": then.n,
        "doors": dict(then.by_door),
        "first_at": iso(head.first),
        "last_at": iso(head.last),
        "lines": {str(row.line.option_uuid): row.then.count for row in lines if row.then},
        "differences": comparability(poll, poll.follows, tally, then, written) if poll.follows else [],
    }


def tables_of(poll: Poll, tally: PollTally, then: PollTally | None, until: datetime) -> dict[str, Any]:
    """Return {"roles", "moves"}, each as polls print it, or None where there is none that fits the window.

    ``roles`` is {"roles": [text], "rows": [[answer, [readers of each role]]], "totals", "about"}, ``moves`` {"n",
    "about", "rows": [[before, now, readers, whether they stayed]]}. No cell is under five. A table that was counted
    when later answers had come belongs to a later window.
    """
    breakdown = read_breakdown(poll)
    if breakdown is None:
        return {"roles": None, "moves": None}
    roles = role_table(poll, breakdown, tally) if _fits(poll, breakdown.by_role_at, until) else None
    moves = moves_table(breakdown, tally, then) if then and _fits(poll, breakdown.moves_at, until) else None
    return {
        "roles": roles
        and {
            "roles": list(roles.roles),
            "rows": [[answer, list(readers)] for answer, readers in roles.rows],
            "totals": list(roles.totals),
            "about": roles.about,
        },
        "moves": moves
        and {
            "n": moves.n,
            "about": moves.about,
            "rows": [[move.before, move.now, move.count, move.stayed] for move in moves.moves],
        },
    }


def _fits(poll: Poll, counted_at: datetime | None, until: datetime) -> bool:
    """Return whether what was counted then holds no answer from after the window."""
    if counted_at is None:
        return False
    return not ballots_in([poll], until, counted_at).exists()


def _written(poll: Poll, until: datetime) -> dict[str, int]:
    """Return {option uuid: how many had written by then, beside the earlier "other", what it now offers}."""
    offered = [option for option in poll.options.all() if option.promoted_words]
    if not offered or poll.follows is None:
        return {}
    beside = ballots_in([poll.follows], None, until).with_words().filter(votes__option__is_other=True)
    written: Counter[str] = Counter()
    for words, n in beside.order_by().values_list("words").annotate(n=Count("pk")):
        written[plain_text(words)] += n
    counts = {
        str(option.uuid): sum(
            written[each] for each in {plain_text(words) for words in option.promoted_words}
        )
        for option in offered
    }
    return {uuid: n for uuid, n in counts.items() if n}
