"""The people behind the answers, as far as they are known: for mail to themselves only."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one known reader chose in one poll: for the reader's own eyes only."""

    poll_id: int
    ballot_uuid: str
    cast_at: datetime
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A reader who wants to be told what came of an answer, with an address confirmed for that one mail."""

    follow_up_id: int
    address: str
    ballot_uuid: str
    poll_id: int
    #: The uuids of the options marked, in the order in which they were offered; none on a ballot that is set aside.
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """The person to whom a mail was delivered."""

    identity: str
    hint: str
    page_id: int | None
    address: str = ""


def initials(name: str) -> str:
    """Return the initials of what stands before the first comma: "Maria Keller, Graz" is "M. K."."""
    return " ".join(f"{word[0].upper()}." for word in name.split(",")[0].replace(".", " ").split())
