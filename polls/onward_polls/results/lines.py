"""The lines of a result, ready to print: counts, whole per cent, widths of bars, and the earlier answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_polls.errors import day
from onward_polls.tally import PollTally, TallyLine, same_options


@dataclass(frozen=True)
class ResultLine:
    """One line of results, ready to print."""

    line: TallyLine
    #: Whole per cent, or None where only counts may be shown.
    percent: int | None
    #: The width of the bar as SVG wants it, "41.5%".
    width: str
    then: TallyLine | None = None
    then_percent: int | None = None
    then_width: str = "0%"
    #: How many of the earlier answers were written beside "other", in the words of this option.
    then_written: int = 0
    #: What one end of a scale means.
    label: str = ""

    @property
    def count(self) -> str:
        return f"{self.line.count:,}"

    @property
    def note(self) -> str:
        """What became of the option while readers answered, in a few words."""
        line = self.line
        notes = []
        if line.added_after is not None:
            notes.append(late(line))
        if line.edited:
            notes.append(_("wording edited"))
        if line.retired:
            notes.append(_("no longer offered"))
        return "; ".join(notes)


def late(line: TallyLine) -> str:
    """Return "added 14 May; 31 had answered before"."""
    before = line.added_after or 0
    had = ngettext("%(n)s had answered before", "%(n)s had answered before", before) % {"n": f"{before:,}"}
    if line.added_at is None:
        return _("added later; %(had)s") % {"had": had}
    return _("added %(date)s; %(had)s") % {"date": day(line.added_at), "had": had}


def result_lines(
    tally: PollTally, then: PollTally | None = None, written: Mapping[str, int] | None = None
) -> list[ResultLine]:
    """Return the lines in the order of the options, each beside the earlier one it stands for.

    ``written`` says how many of the earlier answers were written beside "other" and are an option of their
    own now: {option uuid as text: readers}. They are taken from the earlier "other".
    """
    if then is None:
        return [_line(line, tally) for line in tally.lines]
    written = written or {}
    earlier = same_options(tally, then)
    moved = {line.option_uuid: written.get(str(line.option_uuid), 0) for line in tally.lines}
    lines = []
    for line in tally.lines:
        before = _before(line, earlier, moved, then)
        found = _line(line, tally)
        if before:
            found = replace(
                found,
                then=before,
                then_percent=percent(before, then),
                then_width=width(before),
                then_written=moved[line.option_uuid],
            )
        lines.append(found)
    return lines


def _before(
    line: TallyLine, earlier: Mapping[UUID, TallyLine], moved: Mapping[UUID, int], then: PollTally
) -> TallyLine | None:
    """Return the earlier line beside this one; what was written counts where it stands today."""
    before, own = earlier.get(line.option_uuid), moved[line.option_uuid]
    count = before.count if before else 0
    if before and before.is_other:
        count = max(count - sum(moved.values()), 0)
    if before is None and not own:
        return None
    return replace(before or line, count=count + own, share=(count + own) / then.n if then.n else 0.0)


def _line(line: TallyLine, tally: PollTally) -> ResultLine:
    return ResultLine(line, percent(line, tally), width(line))


def options_differ(tally: PollTally, then: PollTally | None) -> bool:
    """Whether the question was asked again with other options."""
    if then is None:
        return False
    return not len(same_options(tally, then)) == len(tally.lines) == len(then.lines)


def percent(line: TallyLine, tally: PollTally) -> int | None:
    """Return a share in whole per cent, or None where there are too few answers to say so."""
    return round(line.share * 100) if tally.shows_percentages else None


def width(line: TallyLine) -> str:
    """Return a share as the width of a bar."""
    return f"{line.share * 100:.1f}%"
