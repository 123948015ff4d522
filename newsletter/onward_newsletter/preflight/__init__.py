"""What an author should know before an issue goes out. Errors have to be put right first; warnings are for thought.

Another app adds its own by the hook ``onward_newsletter_preflight``: ``fn(issue) -> list[Finding]``.
"""

from .findings import Finding, Level
from .running import find_problems


__all__ = ["Finding", "Level", "find_problems"]
