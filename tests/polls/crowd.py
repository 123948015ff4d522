"""Many readers at once, in real threads with connections of their own; also run as a program on PostgreSQL.

``python -m tests.polls.crowd`` prints one JSON object with what each crowd left behind.
"""

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable

from django.db import connection
from django.db.models import F


def at_once(jobs: Iterable[Callable[[], object]]) -> list[str]:
    """Run every job in a thread of its own, all released together; return the errors by name."""
    jobs = list(jobs)
    gate, errors = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        try:
            gate.wait(30)
            job()
        except Exception as error:  # noqa: BLE001 (every error is reported)
            errors.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return errors


def a_poll(**fields: object) -> "object":
    from onward_polls.models import Option, Poll

    poll = Poll.objects.create(question="What takes most of your week?", **fields)
    Option.objects.bulk_create(Option(poll=poll, text=text, sort_order=i) for i, text in enumerate("ABCD"))
    return poll


def books(poll: object) -> dict[str, object]:
    """Return what stands in the tables after a crowd, and whether it adds up."""
    from onward_polls.models import Ballot, Tally, Vote
    from onward_polls.tally import recount, unfolded_counts

    kept = Counter({(row.option_id, row.door): row.count for row in Tally.objects.filter(poll=poll)})
    kept.update(unfolded_counts(poll))
    counted = recount(poll)
    late = Ballot.objects.filter(poll=poll, poll__closes_at__lt=F("cast_at"))
    return {
        "ballots": Ballot.objects.filter(poll=poll).count(),
        "votes": Vote.objects.filter(ballot__poll=poll).count(),
        "adds_up": {place: n for place, n in kept.items() if n} == dict(counted),
        "late": late.count(),
    }


def one_reader(readers: int) -> dict[str, object]:
    """One browser presses fifty different buttons at once."""
    from onward_polls.actions import cast_ballot

    poll = a_poll()
    options = list(poll.options.all())
    jobs = [
        lambda i=i: cast_ballot(poll, identity="rid:one", options=[options[i % 4]]) for i in range(readers)
    ]
    return {"errors": at_once(jobs), **books(poll)}


def many_readers_and_folds(readers: int) -> dict[str, object]:
    """Different readers vote and change, while the counting goes on."""
    from onward_polls.actions import cast_ballot, fold_tallies, rebuild_tallies

    poll = a_poll()
    options = list(poll.options.all())

    def answer(i: int) -> None:
        for turn in range(3):
            cast_ballot(poll, identity=f"rid:{i}", options=[options[(i + turn) % 4]])

    jobs = [lambda i=i: answer(i) for i in range(readers)]
    jobs += [lambda: fold_tallies(poll) for _fold in range(4)]
    jobs += [lambda: rebuild_tallies(poll) for _rebuild in range(2)]
    return {"errors": at_once(jobs), **books(poll)}


def one_person_two_doors(readers: int) -> dict[str, object]:
    """One person answers on the page and from the mail, in the same browser, all at once."""
    from onward_polls.actions import cast_ballot, cast_from_mail

    poll = a_poll()
    options = list(poll.options.all())
    web = [
        lambda i=i: cast_ballot(poll, identity="rid:one", options=[options[i % 4]])
        for i in range(readers // 2)
    ]
    mail = [
        lambda i=i: cast_from_mail(
            poll, identity="subscriber:one", browser="rid:one", options=[options[i % 4]]
        )
        for i in range(readers // 2)
    ]
    return {"errors": at_once(web + mail), **books(poll)}


def closing_time(readers: int) -> dict[str, object]:
    """The author closes the poll while readers are answering."""
    from onward_polls.actions import cast_ballot, close_poll
    from onward_polls.models import Ballot

    poll = a_poll()
    options = list(poll.options.all())
    seen: list[int] = []

    def close() -> None:
        close_poll(poll)
        seen.append(Ballot.objects.filter(poll=poll).count())

    jobs = [
        lambda i=i: cast_ballot(poll, identity=f"rid:{i}", options=[options[i % 4]]) for i in range(readers)
    ]
    errors = [error for error in at_once([*jobs, close]) if not error.startswith("PollClosed")]
    return {"errors": errors, **books(poll), "counted_when_closed": seen[0]}


CROWDS = (one_reader, many_readers_and_folds, one_person_two_doors, closing_time)


def main() -> None:
    """Run every crowd on the database of DATABASE_URL, after making the tables it needs."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", "wagtailcore", verbosity=0)
    call_command("migrate", "onward_polls", verbosity=0)
    rounds = {crowd.__name__: [crowd(50) for _round in range(5)] for crowd in CROWDS}
    sys.stdout.write(json.dumps({"vendor": connection.vendor, "rounds": rounds}))


if __name__ == "__main__":
    main()
