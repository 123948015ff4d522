"""Counts so small that they would point at somebody, put together until they no longer do."""

from collections.abc import Mapping


#: The smallest count that may stand beside a name.
LEAST = 5


def merge_few(counts: Mapping[str, int], least: int = LEAST) -> tuple[dict[str, int], int]:
    """Return the counts that may be named, in their order, and the sum of all others.

    What is put together is more than one, and at least ``least`` in sum: the next larger ones join until it is. With
    nothing to put together the sum is 0; where nothing can be named, everything is in the sum, however small it is.
    """
    small = {name for name, n in counts.items() if n < least}
    order = sorted(counts, key=lambda name: (counts[name], name))
    while small and not _hides(counts, small, least) and len(small) < len(counts):
        small.add(next(name for name in order if name not in small))
    return {name: n for name, n in counts.items() if name not in small}, sum(counts[name] for name in small)


def _hides(counts: Mapping[str, int], small: set[str], least: int) -> bool:
    return len(small) > 1 and sum(counts[name] for name in small) >= least
