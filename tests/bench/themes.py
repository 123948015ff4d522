"""How well suggested themes agree with a person, and what suggesting them takes.

``python -m tests.bench themes``. The agreement is the adjusted Rand index: 1 is the same sorting, 0 what chance would do;
what fits nowhere counts as one theme on either side. Beside it stands the naive way: each sentence under that of its
words which most sentences hold.
"""

import json
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from onward_polls.themes.clustering import group_texts
from onward_polls.themes.text import words_in
from tests.bench.measuring import Result, say
from tests.bench.servers import ROOT
from tests.polls.labelled import labelled, sentences


SETS = (("english", "en"), ("english_own_words", "en"), ("german", "de"))
SIZES = (1000, 5000)


def measure() -> list[Result]:
    return [*(quality(name, language) for name, language in SETS), *(alone(n) for n in SIZES)]


def quality(name: str, language: str) -> Result:
    """Compare the groups of a set with those a person made of it."""
    from sklearn.metrics import adjusted_rand_score

    say(f"Suggesting themes for the set {name} ...")
    by_hand, texts = zip(*labelled(name), strict=True)
    began = time.perf_counter()
    numbers = group_numbers(texts, language)
    took = (time.perf_counter() - began) * 1000
    ours, naive = (adjusted_rand_score(by_hand, found) for found in (numbers, by_commonest_word(texts)))
    placed = 1 - numbers.count(-1) / len(numbers)
    note = f"adjusted Rand index {ours:.2f}, naively {naive:.2f}; {placed:.0%} in a theme"
    return Result(f"Themes of {name}, {len(texts)} sentences", 1000 / took, took, note=note)


def group_numbers(texts: Sequence[str], language: str) -> list[int]:
    """Return the number of the group of each text, -1 for what is left over."""
    numbers = dict.fromkeys(range(len(texts)), -1)
    for number, group in enumerate(group_texts(texts, language=language).groups):
        numbers |= dict.fromkeys(group, number)
    return list(numbers.values())


def by_commonest_word(texts: Sequence[str]) -> list[str]:
    """Return the naive way to sort: each text under that of its words which most texts hold."""
    known = Counter(word for text in texts for word in set(words_in(text)) if len(word) > 3)
    return [max(words_in(text), key=lambda word: (known[word], word), default="") for text in texts]


def alone(n: int) -> Result:
    """Suggest themes for n sentences in a process of its own, so that its memory can be told."""
    say(f"Suggesting themes for {n} sentences ...")
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.bench.themes", str(n)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(outcome.stdout)
    note = f"{found['groups']} themes; {found['mb']:.0f} MB at the most, {found['before']:.0f} MB of it before the first sentence"
    return Result(f"Themes of {n:,} sentences", 1 / found["seconds"], found["seconds"] * 1000, note=note)


def spoken(n: int) -> Iterator[str]:
    """Yield n sentences, the same in every run: one of a set, or one with part of another behind it."""
    chance, known = random.Random(1), [*sentences(), *sentences("english_own_words")]
    for _sentence in range(n):
        first, second = chance.choice(known), chance.choice(known).split()
        tail = " ".join(second[: chance.randint(2, 9)])
        yield first if chance.random() < 0.15 else f"{first.rstrip('.')}, and {tail}"


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _once(n: int) -> None:
    texts = list(spoken(n))
    group_texts(texts[:10], language="en")
    before, began = _peak_mb(), time.perf_counter()
    grouping = group_texts(texts, language="en")
    seconds = time.perf_counter() - began
    found = {"seconds": seconds, "groups": len(grouping.groups), "mb": _peak_mb(), "before": before}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _once(int(sys.argv[1]))
