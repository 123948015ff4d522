"""How the log words what an author set aside and took back in."""

from typing import Any

from django.utils.translation import gettext_lazy, ngettext
from wagtail.log_actions import LogActionRegistry, LogFormatter


class _Excluded(LogFormatter):
    label = gettext_lazy("Set ballots aside")

    def format_message(self, log_entry: Any) -> str:
        ballots = log_entry.data.get("ballots", 0)
        return ngettext("%(n)d ballot set aside", "%(n)d ballots set aside", ballots) % {"n": ballots}


class _Included(LogFormatter):
    label = gettext_lazy("Count ballots that were set aside")

    def format_message(self, log_entry: Any) -> str:
        ballots = log_entry.data.get("ballots", 0)
        sentence = ngettext(
            "%(n)d ballot counted that was set aside", "%(n)d ballots counted that were set aside", ballots
        )
        return sentence % {"n": ballots}


def register_fairness_actions(actions: LogActionRegistry) -> None:
    """Register what ``exclude_ballots`` and ``include_ballots`` log."""
    actions.register_action("onward_polls.exclude")(_Excluded)
    actions.register_action("onward_polls.include")(_Included)
