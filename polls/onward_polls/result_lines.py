"""The lines of a result, ready to print: counts, whole per cent, widths of bars, and the earlier answers."""

from dataclasses import dataclass

from .tally import PollTally, TallyLine, same_options


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

    @property
    def count(self) -> str:
        return f"{self.line.count:,}"


def result_lines(tally: PollTally, then: PollTally | None = None) -> list[ResultLine]:
    """Return the lines in the order of the options, each beside the earlier line that says the same."""
    earlier = same_options(tally, then) if then else {}
    return [_line(line, tally, earlier.get(line.option_uuid), then) for line in tally.lines]


def _line(line: TallyLine, tally: PollTally, before: TallyLine | None, then: PollTally | None) -> ResultLine:
    now = (line, percent(line, tally), width(line))
    if before is None or then is None:
        return ResultLine(*now)
    return ResultLine(*now, before, percent(before, then), width(before))


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
