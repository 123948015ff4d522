"""The form to answer with, as a reader sent it."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from onward_polls.models import Poll


@dataclass(frozen=True)
class Filled:
    """What a reader sent with the form to answer with."""

    marked: list[str]
    other: str = ""
    role: str = ""
    #: Poll.wording_version as the form showed it: what stands on a page may be older than the poll.
    wording: int = 0

    @classmethod
    def read(cls, poll: Poll, fields: QueryDict) -> "Filled":
        """Read a form; whoever marked nothing and only wrote beside "other" has chosen it."""
        role, wording = fields.get("role", ""), _wording(poll, fields.get("wording", ""))
        if poll.kind == Poll.Kind.WORDS:
            return cls([], role=role, wording=wording)
        marked, other = fields.getlist("option"), fields.get("other", "")
        if not marked and other.strip():
            offered = (option for option in poll.options.all() if option.retired_at is None)
            marked = [str(option.uuid) for option in offered if option.is_other]
        return cls(marked, other, role, wording)

    def shown(self, poll: Poll) -> dict[str, Any]:
        """Return what a card needs to show the same form again, with those of the options sent that exist."""
        chosen = {option.uuid for option in poll.options.all() if str(option.uuid) in self.marked}
        return {"chosen": chosen or None, "other": self.other, "role": self.role}


def _wording(poll: Poll, sent: str) -> int:
    """Return which wording a form showed: the present one, where it does not say or says what cannot be."""
    known = sent.isascii() and sent.isdigit() and len(sent) < 6 and 0 < int(sent) <= poll.wording_version
    return int(sent) if known else poll.wording_version
