"""What a response source is, and the shape of what it says.

A ``ResponseSummary`` becomes JSON with these keys; all numbers are whole, all times ISO 8601 in UTC, no HTML::

    {"source": "polls", "label": "Polls", "total": 212, "first_at": …, "last_at": …, "evidence": "/admin/…",
     "facts": {name: number, text, null, or an object of those},
     "groups": [{"key": "poll:12", "title": "What takes most of your week?", "kind": "single", "total": 212,
                 "facts": {…}, "lines": [{"key": "<option uuid>", "text": "Stepping in to sell", "count": 58,
                                          "facts": {…}}]}]}

``total`` counts answers (ballots, comments, share clicks), a line's ``count`` how often it was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from django.utils.functional import Promise


Facts = Mapping[str, Any]


def iso(when: datetime | None) -> str | None:
    """Return the moment as ISO 8601 in UTC with microseconds, the same text on every machine."""
    return when.astimezone(UTC).isoformat(timespec="microseconds") if when else None


@dataclass(frozen=True, slots=True)
class Line:
    """One answer, and how often it was given."""

    key: str
    text: str
    count: int
    facts: Facts = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "text": self.text, "count": self.count, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class Group:
    """One thing that was asked or done, with its lines."""

    key: str
    title: str
    kind: str
    total: int
    lines: tuple[Line, ...] = ()
    facts: Facts = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "kind": self.kind,
            "total": self.total,
            "lines": [line.as_json() for line in self.lines],
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class ResponseSummary:
    """What one source has to say about one article in one window."""

    source: str
    label: str
    total: int
    groups: tuple[Group, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None
    #: A path in the admin where the answers themselves can be read.
    evidence: str = ""
    facts: Facts = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the dict described at the top of this module."""
        return {
            "source": self.source,
            "label": self.label,
            "total": self.total,
            "groups": [group.as_json() for group in self.groups],
            "first_at": iso(self.first_at),
            "last_at": iso(self.last_at),
            "evidence": self.evidence,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Quote:
    """A reader's sentence that may be quoted, and under what name ("" is without a name)."""

    source: str
    key: str
    words: str
    credit: str = ""
    #: The key of the group it belongs to, for example "poll:12".
    about: str = ""
    #: What it is to the author: "words" (an answer), "comment", or "question" (nobody has answered it yet).
    role: str = "words"
    #: What the author sorted it under; "" when it was not sorted.
    theme: str = ""
    #: What it is to its theme: "typical", "dissenting", or "" for all others.
    telling: str = ""

    def as_json(self) -> dict[str, str]:
        """Return where to find the sentence; the sentence itself stays in its own row, so that it can go."""
        found = {"source": self.source, "key": self.key, "about": self.about, "role": self.role}
        more = {"theme": self.theme, "telling": self.telling}
        return found | {name: value for name, value in more.items() if value}


@runtime_checkable
class ResponseSource(Protocol):
    """Something readers do that an author may want to write about.

    Register one with the Wagtail hook ``register_response_source``: a function without arguments that returns it.
    The window is [since, until) by database time; None means without a limit on that side. An answer belongs to the
    window in which it was given, so the sums over neighbouring windows equal the whole.

    A source with answers that are for editors only has two methods more: ``for_readers()`` returns the same source
    without them, which is the one that roundups ask, and ``left_out(article)`` a sentence for the author about each
    kind of thing that a roundup leaves out. One with ``recent(articles, since)`` is asked what is new on the desk.
    One with ``numbers(article, since, until)`` returns {column: whole number, 0 or more} of the window for the rows of
    ``ResponseWindow``, under columns of its own; the sums over neighbouring windows must be the number of them together.
    One with ``marks(pages)`` returns {page id: text} for any of these page ids: a text that is another one whenever
    ``summarise`` or ``shown`` would be, got for all of them in a few queries. Without it every fold visits every article.
    One with ``facts_to_freeze(article, since=…, until=…)`` returns {group key: {"facts": {…}, "lines": {line key:
    {…}}}}, which a roundup adds to its groups: what is too much to ask for every minute. One with ``last_at(article,
    since=…, until=…)`` says itself when its last answer was given, also of those that are in none of its numbers.
    """

    slug: str

    @property
    def label(self) -> str | Promise:
        """What an author calls it, for example "Polls"."""
        ...

    def summarise(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> ResponseSummary | None:
        """Return what readers did in the window, or None when this source has nothing to do with the article."""
        ...

    def quotes(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Quote]:
        """Return the sentences that may be quoted, in an order that depends on nothing but the answers."""
        ...

    def shown(self, article: Any) -> Any:
        """Return what an anonymous reader of the article sees of this source, as JSON; a change bumps the page."""
        ...
