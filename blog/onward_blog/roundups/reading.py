"""Reading a frozen roundup: its questions, its lines and its quotes, as objects that know what may be said."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from .method import method_of


#: Under this many answers a percentage says more than is known, so only counts are shown.
FEW = 10
#: Under this many answers the percentages come with a word of caution.
CAUTION = 30


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """One option as it stood, with its count among n answers."""

    key: str
    text: str
    count: int
    n: int
    retired: bool = False
    edited: bool = False
    #: Whether readers wrote beside it what they do instead.
    other: bool = False
    #: That it was added while readers answered, as a sentence; "" when it was there from the start.
    late: str = ""
    #: How many of ``then_n`` had given this answer when the question was asked before; None where nothing is compared.
    then: int | None = None
    then_n: int = 0

    @property
    def notes(self) -> str:
        """What became of the option while readers answered, in a few words."""
        notes = [
            self.late,
            _("wording edited") if self.edited else "",
            _("no longer offered") if self.retired else "",
        ]
        return "; ".join(note for note in notes if note)

    @property
    def then_percent(self) -> int | None:
        """The same share when the question was asked before."""
        few = self.then is None or self.then_n < FEW
        return None if few else round((self.then or 0) / self.then_n * 100)

    @property
    def percent(self) -> int | None:
        """A whole percentage of those who answered, or None when they were too few for one.

        Worked out in the order in which polls do: with 100 taken first, 29 of 200 would be rounded differently.
        """
        return round(self.count / self.n * 100) if self.n >= FEW else None

    @property
    def width(self) -> str:
        """The length of the bar, as an SVG length."""
        return f"{self.count / self.n * 100:.1f}%" if self.n else "0%"


@dataclass(frozen=True, slots=True)
class FrozenQuestion:
    """One poll as it stood: its wording, who answered, when, and by which door."""

    key: str
    wording: str
    kind: str
    n: int
    lines: tuple[FrozenLine, ...]
    first_at: datetime | None
    last_at: datetime | None
    doors: dict[str, int] = field(default_factory=dict)
    words: int = 0
    prompt: str = ""
    #: Ballots that are kept and in none of these numbers.
    excluded: int = 0
    #: What the author sorted the sentences under, and how many each; the small ones together.
    themes: dict[str, int] = field(default_factory=dict)
    other_themes: int = 0
    #: The facts of the group as they stand in the document; earlier versions have fewer.
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def poll_id(self) -> int:
        return int(self.key.removeprefix("poll:"))

    @property
    def ranked(self) -> list[FrozenLine]:
        """The lines, most often chosen first; equal ones in the order in which they were offered."""
        return sorted(self.lines, key=lambda line: -line.count)

    @property
    def shows_percentages(self) -> bool:
        return self.n >= FEW

    @property
    def ranked_themes(self) -> list[tuple[str, int]]:
        """The themes, the largest first; equal ones by name."""
        return sorted(self.themes.items(), key=lambda theme: (-theme[1], theme[0]))

    @property
    def needs_caution(self) -> bool:
        """Whether one answer more could still move the percentages a lot."""
        return FEW <= self.n < CAUTION and bool(self.lines)

    @property
    def median(self) -> FrozenLine | None:
        """The middle answer of a scale that enough readers answered."""
        key = self.facts.get("median")
        return self.line(key) if key and self.shows_percentages else None

    @property
    def reach(self) -> int | None:
        """How many readers the question reached; None where nobody knows, or fewer than answered."""
        reach = self.facts.get("reach")
        return int(reach) if reach and reach >= self.n else None

    @property
    def response_rate(self) -> int | None:
        """Who answered of those reached, in whole per cent."""
        return round(self.n / self.reach * 100) if self.reach and self.shows_percentages else None

    @property
    def wording_version(self) -> int:
        return int(self.facts.get("wording_version", 1))

    @property
    def then(self) -> dict[str, Any] | None:
        """What was answered when the question was asked before, as in the document; None where nothing is compared."""
        then: dict[str, Any] | None = self.facts.get("then")
        return then

    def line(self, key: str) -> FrozenLine | None:
        """Return the line of an option, or None for one that the roundup does not know."""
        return next((line for line in self.lines if line.key == key), None)


class Reading:
    """One roundup's document, read."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.sources = {source["source"]: source for source in data["sources"]}

    @property
    def page_title(self) -> str:
        return str(self.data["page"]["title"])

    @property
    def page_path(self) -> str:
        return str(self.data["page"]["path"])

    @property
    def part(self) -> int | None:
        part: int | None = self.data["page"]["part"]
        return part

    @property
    def series(self) -> str:
        return str(self.data["page"].get("series", ""))

    @property
    def author(self) -> str:
        return str(self.data["page"].get("author", ""))

    @property
    def code(self) -> str:
        """Which code counted; "" in documents of an earlier version."""
        return str(self.data.get("code", ""))

    @property
    def method(self) -> list[str]:
        """How it was counted, in sentences; documents of an earlier version are described now."""
        frozen: list[str] | None = self.data.get("method")
        return method_of(self.data) if frozen is None else frozen

    @property
    def until(self) -> datetime:
        return moment(self.data["window"]["until"]) or datetime.max

    @property
    def since(self) -> datetime | None:
        return moment(self.data["window"]["since"])

    @property
    def questions(self) -> list[FrozenQuestion]:
        """The polls that somebody answered."""
        groups = self.sources.get("polls", {}).get("groups", [])
        return [_question(group) for group in groups if group["total"]]

    @property
    def leading(self) -> FrozenQuestion | None:
        """The poll with options that most readers answered; the earlier one of two equal."""
        with_lines = [question for question in self.questions if question.lines]
        return max(with_lines, key=lambda question: question.n, default=None)

    @property
    def answers(self) -> int:
        return self.total("polls")

    @property
    def words(self) -> int:
        return sum(question.words for question in self.questions)

    def total(self, source: str) -> int:
        """Return how many answers a source counted, 0 for a source that was not asked."""
        return int(self.sources.get(source, {}).get("total", 0))

    @property
    def is_empty(self) -> bool:
        return not any(source["total"] for source in self.data["sources"])

    def fact(self, source: str, name: str) -> int:
        return int(self.sources.get(source, {}).get("facts", {}).get(name, 0))

    @property
    def others(self) -> list[dict[str, Any]]:
        """The summaries of sources that a project added."""
        return [
            s
            for slug, s in self.sources.items()
            if slug not in ("polls", "comments", "questions", "shares") and s["total"]
        ]

    def quote_refs(self, role: str | None = None) -> list[tuple[str, str]]:
        """Return (source, key) of the quotes with this role ("words", "comment", "question"), in their order."""
        refs = self.data["quotes"]
        return [(ref["source"], ref["key"]) for ref in refs if role in (None, ref["role"])]

    def about(self, source: str, key: str) -> str:
        """Return what a quote belongs to, for example "poll:12"."""
        return self._refs.get((source, key), {}).get("about", "")

    def telling(self, source: str, key: str) -> tuple[str, str]:
        """Return what a quote is to its theme, "typical", "dissenting" or "", and the theme, "" for a small one."""
        ref = self._refs.get((source, key), {})
        return ref.get("telling", ""), ref.get("theme", "")

    @cached_property
    def _refs(self) -> dict[tuple[str, str], dict[str, str]]:
        return {(ref["source"], ref["key"]): ref for ref in self.data["quotes"]}


def _question(group: dict[str, Any]) -> FrozenQuestion:
    facts, n = group["facts"], group["total"]
    return FrozenQuestion(
        key=group["key"],
        wording=group["title"],
        kind=group["kind"],
        n=n,
        lines=tuple(_line(line, n, facts.get("then")) for line in group["lines"]),
        first_at=moment(facts["first_at"]),
        last_at=moment(facts["last_at"]),
        doors=facts["doors"],
        words=facts["words"],
        prompt=facts["words_prompt"],
        # Roundups frozen by an earlier version say nothing of these.
        excluded=facts.get("excluded", 0),
        themes=facts.get("themes", {}),
        other_themes=facts.get("other_themes", 0),
        facts=facts,
    )


def _line(line: dict[str, Any], n: int, then: dict[str, Any] | None) -> FrozenLine:
    facts = line["facts"]
    notes = {name: bool(facts.get(name)) for name in ("retired", "edited", "other")}
    before = {"then": then["lines"].get(line["key"]), "then_n": then["n"]} if then else {}
    return FrozenLine(
        line["key"], line["text"], line["count"], n, **notes, late=facts.get("late", ""), **before
    )


def moment(text: str | None) -> datetime | None:
    """Return a time of the document; None stands for none."""
    return parse_datetime(text) if text else None
