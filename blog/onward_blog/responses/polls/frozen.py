"""What a roundup says of a question beside its numbers: how it was worded, whom it reached, what may be unfair."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count

from onward_blog.responses.windows import within
from onward_polls.errors import with_years
from onward_polls.models import Ballot, Poll
from onward_polls.results.comparability import rewordings
from onward_polls.results.lines import late
from onward_polls.tally import PollTally, TallyLine

from .beside import earlier_tally, tables_of, tally_of, then_of
from .counts import ballots_in, heads_of, marks_of
from .flags import few_wrote_most, flags_in
from .reach import reach_by


@with_years()
def facts_to_freeze(
    polls: Sequence[Poll], since: datetime | None, until: datetime, *, public: bool
) -> dict[str, dict[str, Any]]:
    """Return {"poll:12": {"facts": …, "lines": {option uuid: …}}} to add to the groups of a summary.

    Facts: wording_version, wordings [sentence], low_label, high_label, median (option uuid or null), reach (readers,
    or null), set_aside {reason: ballots}, flags (see ``flags``), few_wrote_most, then, roles and moves (see
    ``beside``; null in a window that does not start at the beginning). Lines: other, late (a sentence).
    """
    ballots = ballots_in(polls, since, until)
    heads, marks, aside = heads_of(ballots), marks_of(ballots), _reasons(polls, since, until)
    flags = flags_in(polls, since, until)
    found = {}
    for poll in polls:
        head, reasons = heads[poll.pk], aside.get(poll.pk, Counter())
        tally = tally_of(poll, head, marks, sum(reasons.values()))
        whole = since is None
        found[f"poll:{poll.pk}"] = {
            "facts": {
                **_wording(poll, tally),
                **(_beside(poll, tally, until, public=public) if whole else _NOTHING_BESIDE),
                "reach": reach_by(poll, set(head.doors or {}), until) if whole else None,
                "set_aside": reasons,
                "flags": flags.get(poll.pk, []),
                "few_wrote_most": bool(head.words) and few_wrote_most(ballots.filter(poll=poll.pk)),
            },
            "lines": {str(line.option_uuid): notes for line in tally.lines if (notes := _notes(line))},
        }
    return found


_NOTHING_BESIDE: dict[str, Any] = {"then": None, "roles": None, "moves": None}


def _beside(poll: Poll, tally: PollTally, until: datetime, *, public: bool) -> dict[str, Any]:
    earlier = earlier_tally(poll, until, public=public)
    return {
        "then": then_of(poll, tally, earlier, until) if earlier else None,
        **tables_of(poll, tally, earlier[0] if earlier else None, until),
    }


def _wording(poll: Poll, tally: PollTally) -> dict[str, Any]:
    scale, median = poll.kind == Poll.Kind.SCALE, tally.median
    return {
        "wording_version": poll.wording_version,
        "wordings": rewordings(poll, tally),
        "low_label": poll.low_label if scale else "",
        "high_label": poll.high_label if scale else "",
        "median": str(median.option_uuid) if median else None,
    }


def _notes(line: TallyLine) -> dict[str, Any]:
    notes: dict[str, Any] = {"other": True} if line.is_other else {}
    return {**notes, "late": late(line)} if line.added_after is not None else notes


def _reasons(polls: Sequence[Poll], since: datetime | None, until: datetime) -> dict[int, Counter[str]]:
    """Return {poll id: {why ballots are set aside: how many}}; one query."""
    ballots = Ballot.objects.excluded().filter(
        within("cast_at", since, until), poll__in=[p.pk for p in polls]
    )
    rows = ballots.order_by("poll_id", "exclusion").values_list("poll_id", "exclusion")
    found: dict[int, Counter[str]] = {}
    for poll, reason, n in rows.annotate(n=Count("pk")):
        found.setdefault(poll, Counter())[reason] = n
    return found
