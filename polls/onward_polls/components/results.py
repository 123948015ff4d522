"""The results of a poll: bars, numbers in text, and behind one disclosure all that is known beside them."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from laces.components import Component

from onward_polls.models import Poll
from onward_polls.results.lines import ResultLine, options_differ, result_lines
from onward_polls.results.notes import ResultNotes, notes_on
from onward_polls.tally import FEW, PollTally, read_tally
from onward_polls.wording import caveats, who_answered


@dataclass
class PollResults(Component):
    """A tally as bars, as numbers in text, and as a table; with the earlier answers to the same question.

    With ``poll``, also what was last counted of it: over time, by role, and who moved since the last time.
    Whether this reader may see any of it is for the caller to know; ``then`` is None where not.
    """

    tally: PollTally
    then: PollTally | None = None
    change_text: str = ""
    change_url: str = ""
    poll: Poll | None = None

    template_name = "onward_polls/components/poll_results.html"

    class Media:
        css = {"all": ["onward_polls/polls.css", "onward_polls/poll-results.css"]}

    @cached_property
    def notes(self) -> ResultNotes:
        """What is said beside the numbers; nothing without ``poll``."""
        return notes_on(self.poll, self.tally, self.then) if self.poll else ResultNotes()

    @cached_property
    def lines(self) -> list[ResultLine]:
        """One line per option, the ends of a scale labelled."""
        lines = result_lines(self.tally, self.then, self.notes.written)
        points = [place for place, row in enumerate(lines) if not row.line.is_other]
        if points:
            for place, label in ((points[-1], self.notes.high_label), (points[0], self.notes.low_label)):
                lines[place] = replace(lines[place], label=label)
        return lines

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Return the lines and the sentences around them."""
        return {
            "tally": self.tally,
            "lines": self.lines,
            "then": self.then,
            "change_text": self.change_text,
            "change_url": self.change_url,
            "who": who_answered(self.tally),
            "caveats": self.caveats(),
            "median": self.tally.median if self.tally.n >= FEW else None,
            "then_who": who_answered(self.then) if self.then else "",
            "options_differ": bool(self.notes.comparability) or options_differ(self.tally, self.then),
            "notes": self.notes,
        }

    def caveats(self) -> list[str]:
        """Return what a reader must know before quoting the numbers."""
        first = (self.notes.reach_line, *caveats(self.tally, self.notes.set_aside)[:-1])
        last = caveats(self.tally, self.notes.set_aside)[-1:]
        return [sentence for sentence in (*first, self.notes.reopened_line, *last) if sentence]


def earlier_tally(poll: Poll, *, answered: bool, live: bool) -> PollTally | None:
    """Return the tally of the poll this one asks again, if readers may see it."""
    earlier = poll.follows
    if earlier is None or not earlier.shows_results(voted=answered):
        return None
    return read_tally(earlier, live=live)


def public_results(poll: Poll) -> PollResults | None:
    """Return the results that everybody may see, as of the last fold; None where somebody may not."""
    if poll.archived_at or poll.is_waiting or not poll.shows_results(voted=False):
        return None
    then = earlier_tally(poll, answered=False, live=False)
    return PollResults(read_tally(poll, live=False), then, poll=poll)
