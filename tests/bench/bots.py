"""A poll under attack: who comes, what the worker does meanwhile, and what the books say; run inside the site.

``plan FILE NETWORKS VOTES SECONDS`` writes a timetable for ``paced``, with who is who; ``watch`` does every few seconds
what the worker does every minute, until its input ends; ``judge FILE`` prints what was counted, flagged and set aside.
"""

import json
import select
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.load import request


#: Who comes beside the attack, for each minute: readers at home, one network each; an office, which is one network; and
#: readers whose network the attack comes from as well. STRANGERS press once and have no cookie.
HOME, OFFICE, NEIGHBOUR, ATTACK, STRANGER = "home", "office", "neighbour", "attack", "stranger"
READERS = {HOME: 300, OFFICE: 40, NEIGHBOUR: 10}
STRANGERS = 500
#: Seconds between two looks of the worker.
LOOK = 15


def address_of(kind: str, number: int, networks: int) -> str:
    """Return where somebody comes from; an attack comes from each of its networks in turn."""
    if kind in (ATTACK, NEIGHBOUR, STRANGER):
        place = number % networks
        return f"172.{16 + place // 250}.{place % 250}.{number % 199 + 1}"
    return f"10.1.1.{number + 1}" if kind == OFFICE else f"192.{number // 250}.{number % 250}.7"


def plan(path: str, networks: int, votes: int, seconds: int) -> None:
    """Write {"poll", "people": [[kind, identity, address, option]], "groups": as ``paced`` reads them}."""
    from tests.bench.voters import a_public_poll, an_identity

    poll = a_public_poll()
    options = [str(option.uuid) for option in poll.options.all()]
    people: list[list[str]] = []
    groups: dict[str, dict[str, Any]] = {}
    share = seconds / 60
    sizes = {kind: max(1, round(n * share)) for kind, n in READERS.items()} | {ATTACK: votes}
    for kind, size in {**sizes, STRANGER: round(STRANGERS * share)}.items():
        timetable = []
        for number in range(size):
            cookie, token = an_identity() if kind != STRANGER else ("", "")
            address = address_of(kind, number, networks)
            # Readers choose what they like, but for what the attack is for.
            option = options[0] if kind in (ATTACK, STRANGER) else options[1 + number % (len(options) - 1)]
            people.append([kind, f"rid:{cookie.partition('rid=')[2].partition(':')[0]}", address, option])
            body = f"option={option}&csrfmiddlewaretoken={token}"
            headers = {"X_Forwarded_For": address, **({"Cookie": cookie} if cookie else {})}
            headers |= {} if kind == ATTACK else {"X_Requested_With": "onward"}
            message = request("POST", f"/polls/{poll.pk}/", body, **headers)
            timetable.append([seconds * number / size, message])
        groups[kind] = {"connections": 64 if kind == ATTACK else 8, "requests": timetable}
    Path(path).write_text(json.dumps({"poll": poll.pk, "people": people, "groups": groups}))


def watch() -> None:
    """Fold again and again, as the worker does, until the input ends."""
    from onward_polls.tasks import fold

    while not select.select([sys.stdin], [], [], LOOK)[0]:
        fold()


def judge(path: str) -> None:
    """Print what became of everybody, and the result with the flagged ballots and without."""
    from onward_polls.actions import decide_flag
    from onward_polls.fairness.finding import tally_without
    from onward_polls.models import Ballot, FairnessFlag, Poll
    from onward_polls.tally import read_tally
    from onward_polls.tasks import fold
    from tests.polls.crowd import books

    content = json.loads(Path(path).read_text())
    poll = Poll.objects.get(pk=content["poll"])
    fold()
    kinds = dict(_kinds(poll, content["people"]))
    flags = list(poll.fairness_flags.all())
    of_attack = [flag for flag in flags if ATTACK in _who(flag, kinds)]
    flagged = Ballot.objects.filter(fairness_flags__in=of_attack)
    truth = Counter(option for kind, _name, _address, option in content["people"] if kind in (HOME, OFFICE))
    report = {
        **_became(poll, kinds),
        "most_of_one_network": _most(poll, kinds),
        "flags": [[flag.kind, flag.network == "many networks", dict(_who(flag, kinds))] for flag in flags],
        "with": _counts(read_tally(poll)),
        "without": _counts(tally_without(poll, flagged)),
        "truth": dict(truth),
    }
    for flag in of_attack:
        decide_flag(flag, FairnessFlag.Decision.EXCLUDED, None)
    report["decided"] = _counts(read_tally(poll))
    report["adds_up"] = books(poll)["adds_up"]
    sys.stdout.write(json.dumps(report))


def _kinds(poll: Any, people: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Yield (reader key, kind) of everybody who has a cookie."""
    from onward_polls.readers import reader_key

    for kind, identity, _address, _option in people:
        if kind != STRANGER:
            yield reader_key(poll, identity), kind


def _became(poll: Any, kinds: dict[str, str]) -> dict[str, Any]:
    from onward_polls.models import Ballot

    kept, counted, flagged = Counter[str](), Counter[str](), Counter[str]()
    for ballot in Ballot.objects.filter(poll=poll).prefetch_related("fairness_flags"):
        kind = kinds.get(ballot.reader_key, "nobody known")
        kept[kind] += 1
        counted[kind] += ballot.is_counted
        flagged[kind] += bool(ballot.fairness_flags.all())
    return {"kept": kept, "counted": counted, "flagged": flagged}


def _most(poll: Any, kinds: dict[str, str]) -> int:
    """Return how many ballots of one network count at most, of those that the attack comes from."""
    from onward_polls.models import Ballot

    ballots = Ballot.objects.counted().filter(poll=poll).values_list("network", "reader_key")
    return max(Counter(network for network, key in ballots if kinds.get(key) == ATTACK).values(), default=0)


def _who(flag: Any, kinds: dict[str, str]) -> Counter[str]:
    return Counter(kinds[key] for key in flag.ballots.values_list("reader_key", flat=True))


def _counts(tally: Any) -> dict[str, int]:
    return {str(line.option_uuid): line.count for line in tally.lines if line.count}


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "plan":
        plan(sys.argv[2], *map(int, sys.argv[3:]))
    elif sys.argv[1] == "watch":
        watch()
    else:
        judge(sys.argv[2])
