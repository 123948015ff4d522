"""Three books, one verdict: what the server took, what the ledger says, and how many there should be.

The judge never asks the application how it went.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


OPEN = frozenset({"pending", "claimed", "sending", "deferred"})

#: States that admit that a message may have left.
MAY_HAVE_LEFT = frozenset({"submitted", "in_doubt"})


@dataclass(frozen=True)
class Verdict:
    """What is wrong, by address; empty where nothing is."""

    #: Mailed more than once.
    duplicates: list[str] = field(default_factory=list)
    #: Taken by the server, and the ledger does not know.
    unaccounted: list[str] = field(default_factory=list)
    #: Submitted by the ledger, and the server never saw it.
    invented: list[str] = field(default_factory=list)
    #: Without an outcome.
    forgotten: list[str] = field(default_factory=list)
    #: Not a wrong: listed for an editor, because nobody can know.
    in_doubt: list[str] = field(default_factory=list)
    #: Those of them that the server did take.
    in_doubt_and_taken: list[str] = field(default_factory=list)
    #: Candidates less rows.
    missing: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.duplicates or self.unaccounted or self.invented or self.forgotten or self.missing)

    def __str__(self) -> str:
        lost = len(self.unaccounted) + len(self.forgotten)
        doubt = f"{len(self.in_doubt)} in doubt ({len(self.in_doubt_and_taken)} of them taken)"
        return f"{len(self.duplicates)} duplicates, {lost} lost, {len(self.invented)} invented, {self.missing} missing, {doubt}"


def judge(accepted: Counter[str], ledger: Mapping[str, str], candidates: int) -> Verdict:
    """Compare the server's book (times taken, by address) with the ledger (state, by address)."""

    def among(states: frozenset[str]) -> set[str]:
        return {address for address, state in ledger.items() if state in states}

    doubtful = among(frozenset({"in_doubt"}))
    return Verdict(
        duplicates=sorted(address for address, times in accepted.items() if times > 1),
        unaccounted=sorted(set(accepted) - among(MAY_HAVE_LEFT)),
        invented=sorted(among(frozenset({"submitted"})) - set(accepted)),
        forgotten=sorted(among(OPEN)),
        in_doubt=sorted(doubtful),
        in_doubt_and_taken=sorted(doubtful & set(accepted)),
        missing=candidates - len(ledger),
    )
