"""Sentences that a person sorted by hand, to judge a program by; each file says what it holds."""

from collections.abc import Iterator
from pathlib import Path


FOLDER = Path(__file__).parent


def labelled(name: str) -> list[tuple[str, str]]:
    """Return (theme, sentence) of a set, in the order of its file: "english", "english_own_words" or "german"."""
    return list(_read(FOLDER / f"{name}.txt"))


def sentences(name: str = "english") -> list[str]:
    return [sentence for _theme, sentence in labelled(name)]


def _read(path: Path) -> Iterator[tuple[str, str]]:
    theme = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            theme = line.strip("[]")
        elif line and not line.startswith("#"):
            yield theme, line
