"""Suggesting what a theme may be called: by the words that are common in it and rare elsewhere."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log

from django.utils.translation import gettext as _

from .stop_words import stop_words
from .text import families_in, family, spelled_words, words_in


#: A name is made of so many words, or pairs of words that stand together.
WORDS = 3
MOST_CHARACTERS = 80


def suggested_names(groups: Sequence[Sequence[str]], others: Sequence[str], *, language: str) -> list[str]:
    """Return a name for each group of texts, no two alike; ``others`` are the texts in none of them.

    A word is used only if at least two of a group's texts hold it.
    """
    without = stop_words(language)
    counts = [_counted(group, without) for group in groups]
    everywhere = sum(counts, _counted(others, without))
    total = sum(map(len, groups)) + len(others)
    names: list[str] = []
    for number, (group, count) in enumerate(zip(groups, counts, strict=True), 1):
        weighed = sorted((-n * log(1 + total / everywhere[each]), each) for each, n in count.items() if n > 1)
        name = _spelled(group, [each for _weight, each in weighed[:WORDS]], without) or _(
            "Theme %(number)d"
        ) % {"number": number}
        names.append(_unlike(name, names))
    return names


def _counted(texts: Sequence[str], without: frozenset[str]) -> Counter[str]:
    return Counter(each for text in texts for each in families_in(text, without))


def _spelled(texts: Sequence[str], families: Sequence[str], without: frozenset[str]) -> str:
    """Return the families as readers spell them, the commonest form of each."""
    forms = {each: Counter[str]() for each in families}
    spellings: dict[str, Counter[str]] = {}
    pairs = Counter[tuple[str, str]]()
    for text in texts:
        for word, spelling in spelled_words(text):
            if family(word) in forms and word not in without:
                forms[family(word)][word] += 1
                spellings.setdefault(word, Counter())[spelling] += 1
        pairs.update(set(pairwise(words_in(text, without))))
    words = [_commonest(forms[each]) for each in families]
    parts = _joined(words, forms, pairs)
    name = ", ".join(" ".join(_spelling(word, spellings) for word in part) for part in parts)
    return _fitting(name[:1].upper() + name[1:])


def _joined(
    words: Sequence[str], forms: dict[str, Counter[str]], pairs: Counter[tuple[str, str]]
) -> list[tuple[str, ...]]:
    """Return the words one by one, but two as one where they mostly stand together: customer service."""
    for first in words:
        for second in words:
            together = pairs[first, second]
            if together > 1 and 2 * together >= max(
                forms[family(first)][first], forms[family(second)][second]
            ):
                rest = [(word,) for word in words if word not in (first, second)]
                return [(first, second), *rest] if words[0] in (first, second) else [*rest, (first, second)]
    return [(word,) for word in words]


def _spelling(word: str, spellings: dict[str, Counter[str]]) -> str:
    """Return a word in small letters if anybody wrote it so: CRM and German nouns nobody did."""
    found = spellings[word]
    return word if word in found else _commonest(found)


def _commonest(found: Counter[str]) -> str:
    return min(found, key=lambda each: (-found[each], each))


def _fitting(name: str) -> str:
    return name if len(name) <= MOST_CHARACTERS else f"{name[: MOST_CHARACTERS - 1].rstrip(' ,')}…"


def _unlike(name: str, names: Sequence[str]) -> str:
    taken = {each.casefold() for each in names}
    numbered = [name, *(f"{name} ({number})" for number in range(2, len(names) + 3))]
    return next(each for each in numbered if each.casefold() not in taken)
