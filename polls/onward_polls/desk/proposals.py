"""Proposed themes as an author reads them: lines of sentences, the typical one and the one that says it differently."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onward_polls.actions.proposals import open_words
from onward_polls.actions.suggesting import language_of
from onward_polls.models import ProposedTheme, ThemeProposal
from onward_polls.themes.standing import typical_and_dissenting


#: Lines of a theme on the page with all of them, beside the typical and the dissenting one.
SHOWN = 5
#: Lines of what fits nowhere on that page.
SHOWN_LEFT = 30
#: In a large theme, so many lines nearest its middle and as many farthest from it are looked at for those two.
LOOKED_AT = 300


@dataclass(frozen=True)
class Line:
    """One sentence, and how many readers wrote nearly the same."""

    number: int
    words: str
    n: int


@dataclass(frozen=True)
class ThemeCard:
    """A proposed theme, or with ``theme=None`` what fits nowhere."""

    theme: ProposedTheme | None
    lines: Sequence[Line]
    typical: Line | None = None
    dissenting: Line | None = None
    #: What its name field holds: the saved name, or what was typed and could not be saved.
    typed: str = ""

    @property
    def n(self) -> int:
        return sum(line.n for line in self.lines)

    @property
    def others(self) -> Sequence[Line]:
        """A few lines beside those two."""
        most = SHOWN if self.theme else SHOWN_LEFT
        return [line for line in self.lines if line not in (self.typical, self.dissenting)][:most]

    @property
    def hidden(self) -> int:
        """How many lines are only on the theme's own page."""
        shown = [line for line in (self.typical, self.dissenting) if line]
        return len(self.lines) - len(self.others) - len(shown)


@dataclass(frozen=True)
class Review:
    """Everything that is proposed for a poll, in two queries and one for the language."""

    cards: Sequence[ThemeCard]
    left: ThemeCard

    @property
    def n(self) -> int:
        return sum(card.n for card in self.cards)


def review_of(proposal: ThemeProposal, typed: Mapping[str, str] | None = None) -> Review:
    """Return the proposed themes with their lines; ``typed`` are fields of a form that could not be saved."""
    lines = _lines_by_theme(proposal)
    language = language_of(proposal.poll)
    cards = []
    for theme in proposal.themes.all():
        name = (typed or {}).get(f"name-{theme.pk}", theme.name)
        cards.append(_card(theme, lines.get(theme.pk, []), language, name))
    return Review(cards, ThemeCard(None, lines.get(None, [])))


def _lines_by_theme(proposal: ThemeProposal) -> dict[int | None, list[Line]]:
    rows = open_words(proposal).order_by("rank", "ballot").values_list("theme", "line", "ballot__words")
    first: dict[tuple[int | None, int], str] = {}
    counts: defaultdict[tuple[int | None, int], int] = defaultdict(int)
    for theme, line, words in rows:
        first.setdefault((theme, line), words)
        counts[theme, line] += 1
    lines: defaultdict[int | None, list[Line]] = defaultdict(list)
    for place, words in first.items():
        lines[place[0]].append(Line(place[1], words, counts[place]))
    return lines


def _card(theme: ProposedTheme, lines: Sequence[Line], language: str, typed: str) -> ThemeCard:
    looked_at = lines if len(lines) <= 2 * LOOKED_AT else [*lines[:LOOKED_AT], *lines[-LOOKED_AT:]]
    words = [line.words for line in looked_at]
    typical, dissenting = typical_and_dissenting(words, range(len(words)), language=language)
    return ThemeCard(
        theme,
        lines,
        None if typical is None else looked_at[typical],
        None if dissenting is None else looked_at[dissenting],
        typed,
    )
