"""How many readers of a question came back and answered it again in a later part."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onward_polls.models import Breakdown


@dataclass(frozen=True, slots=True)
class Returned:
    """Of those who answered an article's questions, how many answered one of them again when it was asked again."""

    came_back: int
    of: int


def returned(folds: Mapping[int, Mapping[str, Any]]) -> dict[int, Returned]:
    """Return {page id: Returned} for the articles one of whose questions was asked again in another of them.

    From folds and breakdowns, in one query. Who moved is counted less often than votes and not at all for fewer
    readers than may be told apart, or where several options may be chosen; the number is 0 until then.
    """
    asked = {
        int(group["key"].removeprefix("poll:")): (page, group)
        for page, data in folds.items()
        for group in data.get("polls", {}).get("groups", [])
    }
    follows = {poll: group["facts"].get("follows") for poll, (_page, group) in asked.items()}
    again = [(poll, earlier) for poll, earlier in follows.items() if earlier in asked]
    moves = dict(
        Breakdown.objects.filter(poll__in=[poll for poll, _earlier in again]).values_list("poll_id", "moves")
    )
    found: defaultdict[int, list[Returned]] = defaultdict(list)
    for poll, earlier in again:
        page, group = asked[earlier]
        found[page].append(Returned(sum(n for *_, n in moves.get(poll, [])), group["total"]))
    return {
        page: Returned(sum(each.came_back for each in some), sum(each.of for each in some))
        for page, some in found.items()
    }
