"""A result as the values JSON knows: all that the page shows, and nothing else."""

from typing import Any

from onward_polls.components import PollResults
from onward_polls.tally import PollTally
from onward_polls.wording import who_answered

from .lines import ResultLine
from .notes import ResultNotes


def as_json(results: PollResults) -> dict[str, Any]:
    """Return a result as JSON values, with the same sentences as on the page.

    ``{"poll", "question", "kind", "n", "lines": [line], "doors": {door: n}, "first_at", "last_at",
    "excluded", "reach", "who", "caveats": [text], "wordings": [text], "timeline", "roles", "then", "moves"}``.
    A line is ``{"option", "text", "count", "share"?, "retired", "edited", "note", "then"?}``; ``share`` is
    between 0 and 1, and missing where there are too few answers to speak of shares; ``then`` is the count of
    the earlier option it stands for. ``timeline`` is ``{"unit", "bars": [[ISO 8601 date, answers]]}``,
    ``roles`` ``{"roles": [text], "rows": [[answer, [readers]]], "totals": [readers of each role], "about"}``,
    ``moves`` ``{"n", "about", "moves": [[before, now, readers]]}``, ``then`` ``{"poll", "question", "n", "who",
    "differences": [text]}``; each of the four is null where the page shows none. Times are ISO 8601 in UTC.
    """
    tally, then, notes = results.tally, results.then, results.notes
    return {
        "poll": tally.poll_id,
        "question": tally.question,
        "kind": tally.kind,
        "n": tally.n,
        "lines": [_line(row, tally, then) for row in results.lines],
        "doors": dict(tally.by_door),
        "first_at": tally.first_at.isoformat() if tally.first_at else None,
        "last_at": tally.last_at.isoformat() if tally.last_at else None,
        "excluded": tally.excluded,
        "reach": notes.reach if notes.reach_line else None,
        "who": who_answered(tally),
        "caveats": results.caveats(),
        "wordings": list(notes.rewordings),
        "then": _then(then, notes),
        **_beside(notes),
    }


def _line(row: ResultLine, tally: PollTally, then: PollTally | None) -> dict[str, Any]:
    line = row.line
    return {
        "option": str(line.option_uuid),
        "text": line.text,
        "count": line.count,
        **({"share": round(line.share, 4)} if tally.shows_percentages else {}),
        "retired": line.retired,
        "edited": line.edited,
        "note": row.note,
        **({"then": row.then.count if row.then else None} if then else {}),
    }


def _then(then: PollTally | None, notes: ResultNotes) -> dict[str, Any] | None:
    if then is None:
        return None
    return {
        "poll": then.poll_id,
        "question": then.question,
        "n": then.n,
        "who": who_answered(then),
        "differences": list(notes.comparability),
    }


def _beside(notes: ResultNotes) -> dict[str, Any]:
    line, roles, moves = notes.timeline, notes.roles, notes.moves
    return {
        "timeline": {"unit": line.unit, "bars": [[bar.start.isoformat(), bar.count] for bar in line.bars]}
        if line
        else None,
        "roles": {
            "roles": roles.roles,
            "rows": roles.rows,
            "totals": roles.totals,
            "about": roles.about,
        }
        if roles
        else None,
        "moves": {
            "n": moves.n,
            "about": moves.about,
            "moves": [[m.before, m.now, m.count] for m in moves.moves],
        }
        if moves
        else None,
    }
