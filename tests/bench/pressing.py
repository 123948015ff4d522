"""What browsers send that press at once, and the books they leave; run as a program inside the site.

``plan FILE ROUNDS SIZE`` writes [{"poll": id, kind of crowd: requests}], ``judge FILE SIZE`` prints what was left.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.bench.load import request


ONE_BROWSER, EVERYBODY, STRANGERS = "one browser", "everybody twice", "without a cookie"


def plan(path: str, rounds: int, size: int) -> None:
    """Write the requests of every round, each about a poll of its own."""
    Path(path).write_text(json.dumps([_round(size) for _round_ in range(rounds)]))


def _round(size: int) -> dict[str, Any]:
    from tests.bench.voters import a_public_poll, an_identity

    poll = a_public_poll()
    options = [str(option.uuid) for option in poll.options.all()]

    def press(number: int, cookie: str = "", token: str = "") -> str:
        body = f"option={options[number % len(options)]}&csrfmiddlewaretoken={token}"
        headers = {"X_Forwarded_For": f"10.0.{number % 250}.7", "X_Requested_With": "onward"}
        return request(
            "POST", f"/polls/{poll.pk}/", body, **headers, **({"Cookie": cookie} if cookie else {})
        )

    one, others = an_identity(), [an_identity() for _reader in range(size)]
    return {
        "poll": poll.pk,
        ONE_BROWSER: [press(number, *one) for number in range(size)],
        # The same reader twice in a row: the second press meets the first on its way.
        EVERYBODY: [press(number // 2 + number % 2, *others[number // 2]) for number in range(2 * size)],
        STRANGERS: [press(number) for number in range(size)],
    }


def judge(path: str, size: int) -> None:
    """Print {"polls", "exact": how many hold one ballot of each reader, one vote on each, and an exact tally}."""
    from onward_polls.models import Ballot, Poll
    from tests.polls.crowd import books

    polls = [one["poll"] for one in json.loads(Path(path).read_text())]
    exact = 0
    for poll in Poll.objects.filter(pk__in=polls):
        found = books(poll)
        readers = Ballot.objects.counted().filter(poll=poll).values("reader_key").distinct().count()
        exact += found["adds_up"] is True and found["ballots"] == found["votes"] == readers == size + 1
    sys.stdout.write(json.dumps({"polls": len(polls), "exact": exact}))


if __name__ == "__main__":
    import django

    django.setup()
    {"plan": plan, "judge": judge}[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
