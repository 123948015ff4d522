"""The results of a poll: bars, numbers in text, a table, and the earlier answers to the same question."""

from dataclasses import dataclass
from typing import Any

from laces.components import Component

from onward_polls.models import Poll
from onward_polls.result_lines import options_differ, result_lines
from onward_polls.tally import PollTally, read_tally
from onward_polls.wording import caveats, who_answered


@dataclass
class PollResults(Component):
    """A tally as bars, as numbers in text, and as a table; with the earlier answers to the same question."""

    tally: PollTally
    then: PollTally | None = None
    change_text: str = ""
    change_url: str = ""

    template_name = "onward_polls/components/poll_results.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Return the lines and the sentences around them."""
        return {
            "tally": self.tally,
            "lines": result_lines(self.tally, self.then),
            "then": self.then,
            "change_text": self.change_text,
            "change_url": self.change_url,
            "who": who_answered(self.tally),
            "caveats": caveats(self.tally),
            "then_who": who_answered(self.then) if self.then else "",
            "options_differ": options_differ(self.tally, self.then),
        }


def earlier_tally(poll: Poll, *, answered: bool, live: bool) -> PollTally | None:
    """Return the tally of the poll this one asks again, if readers may see it."""
    earlier = poll.follows
    if earlier is None or not earlier.shows_results(voted=answered):
        return None
    return read_tally(earlier, live=live)
