"""One thing about an issue that an author should know."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An ERROR keeps the issue from being sent; a WARNING is shown beside the button."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """A sentence about what is wrong, what to do about it, and where; ``link`` is a path in the admin, or ""."""

    level: Level
    message: str
    cure: str = ""
    link: str = ""

    @property
    def is_error(self) -> bool:
        return self.level == Level.ERROR


def error(message: str, cure: str = "", link: str = "") -> Finding:
    """Return a finding that keeps the issue from being sent."""
    return Finding(Level.ERROR, message, cure, link)


def warning(message: str, cure: str = "", link: str = "") -> Finding:
    """Return a finding that is only for thought."""
    return Finding(Level.WARNING, message, cure, link)
