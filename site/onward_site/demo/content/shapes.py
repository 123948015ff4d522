"""The shapes of the demo's content. Times are counted from the day Part 1 came out, which is day 0."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PollText:
    """A poll by the name the texts call it, with its option texts and how many readers chose each."""

    name: str
    question: str
    kind: str = "single"
    options: tuple[tuple[str, str, int], ...] = ()
    """(name, text, ballots) in the order shown."""
    mail: int = 0
    """How many of the ballots came by the newsletter's links."""
    visibility: str = "after_voting"
    words_prompt: str = ""
    """Empty: the card asks for no sentence after voting."""
    article: str = "one-number-counted-twice"
    """The slug of the article it stands in."""
    opens_day: int = 0
    closes_day: int | None = None
    other: str = ""
    """The name of the option beside which readers write what they do instead."""
    ends: tuple[str, str] = ("", "")
    """What the low and the high end of a scale mean."""
    roles: tuple[tuple[str, int], ...] = ()
    """(role, how many of a hundred readers say it is theirs); the others say nothing."""
    follows: str = ""
    """The name of the poll whose question it asks again; the options have the same names."""
    moves: tuple[tuple[str, str, int], ...] = ()
    """(earlier option, option, readers) of those who answered both times, who are among the ballots above."""
    burst: tuple[str, int] = ("", 0)
    """An option, and how many ballots for it came at once from one network; they are in no number above."""
    burst_day: int = 0


@dataclass(frozen=True)
class WordsText:
    """One reader's sentence on a ballot in the poll of that name."""

    poll: str
    words: str
    option: str = ""
    consent: str = "none"
    credit: str = ""
    tell: str = ""
    """The address of a reader who asked to be told what came of it."""
    tell_confirmed: bool = True


@dataclass(frozen=True)
class ArticleText:
    """An article; ``body`` is a list of (block, value) where polls and pictures are called by name."""

    title: str
    slug: str
    standfirst: str
    body: tuple[tuple[str, Any], ...]
    day: int
    tags: tuple[str, ...] = ()
    next_question: str = ""
    next_in_days: int | None = None
    """When the next part is expected, counted from the day of loading."""
    next_at_answers: int | None = None
    """How many answers the author waits for before writing it."""


@dataclass(frozen=True)
class SeriesText:
    """A series with its parts in order."""

    title: str
    slug: str
    promise: str
    parts: tuple[ArticleText, ...]
    planned_parts: int | None = None


@dataclass(frozen=True)
class CommentText:
    """A comment, its place in the thread, and what became of it."""

    name: str
    by: str
    text: str
    day: int
    clock: str
    reply_to: str = ""
    """The name of the comment it answers; empty for a comment of its own."""
    state: str = "public"
    reason: str = ""
    article: str = "one-number-counted-twice"


@dataclass(frozen=True)
class PictureText:
    """A picture drawn when the demo is loaded: its file name, title, what it shows, and its caption."""

    name: str
    title: str
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class QuestionText:
    """A question to a series, by its slug, and how many readers want it answered."""

    series: str
    words: str
    day: int
    clock: str
    wanted: int
    state: str = "public"
    answered_in: str = ""
    """The slug of the article that answers it."""
