"""How near to the middle of its theme a sentence stands: the typical one, and one that says it differently."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt

from .stop_words import stop_words
from .text import families_in


#: A sentence of this many characters reads well on its own.
READS_WELL = range(40, 281)
#: In fewer sentences than these there is no middle to be near to.
FEWEST = 3


def nearness(texts: Sequence[str], *, language: str) -> list[float]:
    """Return for each text how like the others of its theme it is, from 0 to 1, by the words they share."""
    without = stop_words(language)
    families = [families_in(text, without) for text in texts]
    total = Counter(each for found in families for each in found)
    squares = sum(n * n for n in total.values())
    near = []
    for found in families:
        shared = sum(total[each] - 1 for each in found)
        rest = squares - sum(2 * total[each] - 1 for each in found)
        near.append(round(shared / sqrt(len(found) * rest), 6) if found and rest > 0 else 0.0)
    return near


def typical_and_dissenting(
    texts: Sequence[str], candidates: Sequence[int], *, language: str
) -> tuple[int | None, int | None]:
    """Return the places of two candidates among a theme's texts: nearest its middle, and farthest from it.

    Candidates that read well on their own go before others; of two equal ones the first is taken. There is no
    dissenting one where the theme has no middle or nobody else.
    """
    if not candidates:
        return None, None
    near = nearness(texts, language=language)
    well = {place for place in candidates if len(texts[place]) in READS_WELL}
    typical = min(candidates, key=lambda place: (place not in well, -near[place]))
    others = [place for place in candidates if texts[place] != texts[typical]]
    if len(texts) < FEWEST or not others:
        return typical, None
    return typical, min(others, key=lambda place: (place not in well, near[place]))
