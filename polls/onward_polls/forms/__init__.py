"""The editor's form for a poll."""

from .poll import PollForm


__all__ = ["PollForm"]
