"""``python -m tests.bench [area …]``: measure, print the table, write var/bench.json."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict

from tests.bench import loop, mail, million, pages, rate, rush, themes, unfair, votes
from tests.bench.measuring import Result, show
from tests.bench.servers import ROOT


AREAS: dict[str, Callable[[], list[Result]]] = {
    "pages": pages.measure,
    "votes": votes.measure,
    "rush": rush.measure,
    "unfair": unfair.measure,
    "million": million.measure,
    "mail": mail.measure,
    "rate": rate.measure,
    "themes": themes.measure,
    "loop": loop.measure,
}


def main(names: list[str]) -> None:
    if unknown := [name for name in names if name not in AREAS]:
        sys.exit(f"There is no area {unknown[0]!r}. Choose from: {', '.join(AREAS)}.")
    results = [result for name in names or AREAS for result in AREAS[name]()]
    show(results)
    target = ROOT / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    content = {"cores": os.cpu_count(), "results": [asdict(one) for one in results]}
    target.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
