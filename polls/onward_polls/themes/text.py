"""Taking a sentence apart in any script: its words, the pieces they are made of, and what it is compared by."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby, pairwise


#: Longer texts are read up to here; a ballot has no room for more anyway.
MOST_CHARACTERS = 2000
#: Words that begin alike count as one where only their subject matters: report, reports, reporting.
FAMILY = 5
#: How long the pieces of a word are, in characters: they see through endings and compounds.
PIECES = range(3, 6)
#: The scripts that are written without spaces: there a "word" is two characters.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def folded(text: str) -> str:
    """Return what two texts are the same by: letters and digits, whatever their case, spacing and punctuation."""
    runs = [run.casefold() for _spaced, run in _runs(text)]
    return " ".join(runs) or " ".join(text.split())


def spelled_words(text: str) -> list[tuple[str, str]]:
    """Return (word, how it is spelled) in their order; single letters and numbers are no words."""
    found = []
    for spaced, run in _runs(text):
        spellings = [run] if spaced else ([a + b for a, b in pairwise(run)] or [run])
        found += [(each.casefold(), each) for each in spellings if _is_word(each, spaced=spaced)]
    return found


def words_in(text: str, without: frozenset[str] = frozenset()) -> list[str]:
    """Return the words of a text in their order."""
    return [word for word, _spelling in spelled_words(text) if word not in without]


def family(word: str) -> str:
    """Return what a word has in common with its other forms."""
    return word[:FAMILY]


def families_in(text: str, without: frozenset[str]) -> frozenset[str]:
    """Return the families of the words of a text."""
    return frozenset(family(word) for word in words_in(text, without))


def terms_in(text: str, without: frozenset[str]) -> list[str]:
    """Return the words of a text, and each two that stand beside each other."""
    words = words_in(text, without)
    return [*words, *(f"{first} {second}" for first, second in pairwise(words))]


def pieces_in(text: str, without: frozenset[str]) -> list[str]:
    """Return three to five characters at a time of each word, with its edges; one to three where there are no spaces."""
    found = []
    for spaced, run in _runs(text):
        word = run.casefold()
        if word in without:
            continue
        padded, sizes = (f" {word} ", PIECES) if spaced else (word, range(1, 4))
        found += [padded[start : start + size] for size in sizes for start in range(len(padded) - size + 1)]
    return found


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """Yield (whether its script has spaces, a run of letters, marks and digits)."""
    plain = unicodedata.normalize("NFKC", text)[:MOST_CHARACTERS]
    for kind, characters in groupby(plain, key=_kind):
        if kind:
            yield kind == "spaced", "".join(characters)


@cache
def _kind(character: str) -> str:
    if unicodedata.category(character)[0] not in "LMN":
        return ""
    code = ord(character)
    return "unspaced" if any(first <= code <= last for first, last in _UNSPACED) else "spaced"


def _is_word(run: str, *, spaced: bool) -> bool:
    return not spaced or (len(run) > 1 and any(character.isalpha() for character in run))
