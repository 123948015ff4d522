"""Many readers at once, in real threads with connections of their own; also run as a program on PostgreSQL.

``python -m tests.polls.crowd`` prints one JSON object with what each crowd left behind.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterable

from django.db import connection, transaction
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
    with pages_not_needed():
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
    from onward_polls.models import Ballot, Vote
    from onward_polls.tally import live_counts, recount

    kept = live_counts([poll])[poll.pk]
    counted = recount(poll)
    late = Ballot.objects.filter(poll=poll, poll__closes_at__lt=F("cast_at"))
    return {
        "ballots": Ballot.objects.filter(poll=poll).count(),
        "votes": Vote.objects.filter(ballot__poll=poll).count(),
        "adds_up": {place: n for place, n in kept.items() if n} == dict(counted),
        "late": late.count(),
    }


def one_reader(readers: int) -> dict[str, object]:
    """One reader gives many answers at once, some of them the same."""
    poll = a_poll()
    options = list(poll.options.all())
    jobs = [lambda i=i: cast(poll, i, identity="rid:one", options=[options[i % 4]]) for i in range(readers)]
    return {"errors": at_once(jobs), **books(poll)}


def one_browser(readers: int) -> dict[str, object]:
    """One browser presses many buttons at once, over HTTP: every press is answered with a card."""
    poll = a_poll()
    options = list(poll.options.all())
    cookies, token = seated(poll)
    jobs = [lambda i=i: press(poll, options[i % 4], cookies=cookies, token=token) for i in range(readers)]
    return {"errors": at_once(jobs), **books(poll)}


def strangers(readers: int) -> dict[str, object]:
    """Many browsers without any cookie press a button at once: each is asked to confirm, nothing is counted."""
    poll = a_poll()
    options = list(poll.options.all())
    jobs = [lambda i=i: press(poll, options[i % 4], confirms=True) for i in range(readers)]
    return {"errors": at_once(jobs), **books(poll)}


def cast(poll: object, i: int, **answer: object) -> object:
    """Answer the i-th time: in turn the way the page goes, short if that will do, and only the long way."""
    from onward_polls.actions import cast_ballot, cast_first_ballot

    at_once = cast_first_ballot(poll, **answer) if i % 2 else None
    return at_once or cast_ballot(poll, **answer)


def pages_not_needed() -> object:
    """Let polls be answered that stand on no page: the tables of pages are not here."""
    from django.conf import settings
    from django.test import override_settings

    return override_settings(ONWARD_POLLS={**settings.ONWARD_POLLS, "REQUIRE_LIVE_PAGE": False})


def seated(poll: object) -> tuple[dict[str, str], str]:
    """Return the cookies and the token of a browser that has pressed once and was asked to confirm."""
    with pages_not_needed():
        response = press(poll, poll.options.first(), confirms=True)
    cookies = {name: cookie.value for name, cookie in response.cookies.items()}
    return cookies, cookies["csrftoken"]


def press(
    poll: object,
    option: object,
    *,
    cookies: dict[str, str] | None = None,
    token: str = "",
    confirms: bool = False,
    address: str = "192.0.2.1",
    **more: object,
) -> object:
    """Press a button as a script does, with more fields of its form; anything but the answer expected is an error."""
    from django.test import Client

    browser = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)
    browser.cookies.load(cookies or {})
    fields = {"option": str(option.uuid), **more, **({"csrfmiddlewaretoken": token} if token else {})}
    response = browser.post(f"/polls/{poll.pk}/", fields, headers={"X-Requested-With": "onward"})
    if response.status_code != 200 or ("X-Onward-Unconfirmed" in response.headers) != confirms:
        raise AssertionError(f"{response.status_code}: {response.content[:200]!r}")
    return response


def many_readers_and_folds(readers: int) -> dict[str, object]:
    """Different readers vote and change, while the counting goes on."""
    from onward_polls.actions import fold_tallies, rebuild_tallies

    poll = a_poll()
    options = list(poll.options.all())

    def answer(i: int) -> None:
        for turn in range(3):
            cast(poll, i, identity=f"rid:{i}", options=[options[(i + turn) % 4]])

    jobs = [lambda i=i: answer(i) for i in range(readers)]
    jobs += [lambda: fold_tallies(poll) for _fold in range(4)]
    jobs += [lambda: rebuild_tallies(poll) for _rebuild in range(2)]
    return {"errors": at_once(jobs), **books(poll)}


def one_person_two_doors(readers: int) -> dict[str, object]:
    """One person answers on the page and from the mail, in the same browser, all at once."""
    from onward_polls.actions import cast_from_mail

    poll = a_poll()
    options = list(poll.options.all())
    web = [
        lambda i=i: cast(poll, i, identity="rid:one", options=[options[i % 4]]) for i in range(readers // 2)
    ]
    mail = [
        lambda i=i: cast_from_mail(
            poll, identity="subscriber:one", browser="rid:one", options=[options[i % 4]]
        )
        for i in range(readers // 2)
    ]
    return {"errors": at_once(web + mail), **books(poll)}


def closing_time(readers: int) -> dict[str, object]:
    """The author closes the poll while readers are answering: a part has, a part is at it, a quarter comes late."""
    from onward_polls.actions import close_poll
    from onward_polls.models import Ballot

    poll = a_poll()
    options = list(poll.options.all())
    answered, closed = threading.Semaphore(0), threading.Event()
    seen: list[int] = []

    def close() -> None:
        for _reader in range(readers // 4):
            answered.acquire(timeout=60)
        close_poll(poll)
        seen.append(Ballot.objects.filter(poll=poll).count())
        closed.set()

    def answer(i: int) -> None:
        if i % 4 == 3:
            closed.wait(60)
        cast(poll, i // 4, identity=f"rid:{i}", options=[options[i % 4]])
        answered.release()

    errors = at_once([*(lambda i=i: answer(i) for i in range(readers)), close])
    others = [error for error in errors if not error.startswith("PollClosed")]
    late_refused = len(errors) - len(others) >= readers // 4
    return {"errors": others, **books(poll), "counted_when_closed": seen[0], "late_refused": late_refused}


def one_network(readers: int) -> dict[str, object]:
    """More readers than its limit answer from one network at once, and some from others."""
    from onward_polls.models import Ballot

    poll = a_poll()
    options = list(poll.options.all())
    jobs = [
        lambda i=i: cast(
            poll,
            i,
            identity=f"rid:{i}",
            options=[options[i % 4]],
            network="elsewhere" if i % 10 == 0 else "one network",
        )
        for i in range(readers)
    ]
    errors = at_once(jobs)
    counted = Ballot.objects.counted().filter(poll=poll)
    return {
        "errors": errors,
        **books(poll),
        "from_one_network": counted.filter(network="one network").count(),
        "from_elsewhere": counted.filter(network="elsewhere").count(),
    }


def setting_aside(readers: int) -> dict[str, object]:
    """The author sets ballots aside and takes them back in, while their readers change and withdraw them."""
    from onward_polls.actions import (
        cast_ballot,
        exclude_ballots,
        fold_tallies,
        include_ballots,
        withdraw_ballot,
    )
    from onward_polls.models import Ballot

    poll = a_poll()
    options = list(poll.options.all())
    ballots = [cast_ballot(poll, identity=f"rid:{i}", options=[options[i % 4]]) for i in range(readers)]

    def act(i: int) -> None:
        cast_ballot(poll, identity=f"rid:{i}", options=[options[(i + 1) % 4]])
        if i % 5 == 0:
            withdraw_ballot(Ballot.objects.get(pk=ballots[i].pk))
            cast_ballot(poll, identity=f"rid:{i}", options=[options[i % 4]])

    jobs = [lambda i=i: act(i) for i in range(readers)]
    jobs += [lambda: exclude_ballots(ballots[::2], None) for _time in range(3)]
    jobs += [lambda: include_ballots(ballots[::3], None), lambda: fold_tallies(poll)]
    errors = at_once(jobs)
    exclude_ballots(ballots[::2], None)
    return {"errors": errors, **books(poll), "aside": Ballot.objects.excluded().filter(poll=poll).count()}


def messages_of_a_first_answer() -> int:
    """Return how often the database is asked for one answer of a reader who is new to a poll."""
    from django.test.utils import CaptureQueriesContext

    from onward_polls.actions import cast_first_ballot

    poll = a_poll()
    options = list(poll.options.all())
    with pages_not_needed(), CaptureQueriesContext(connection) as queries:
        if cast_first_ballot(poll, identity="rid:one", options=options[:1], network="one network") is None:
            raise AssertionError("A plain first answer needed the long way.")
    return len(queries)


def plan_of_the_limit() -> str:
    """Return how the database finds the recent answers of any network, where it has to use an index."""
    from onward_polls.ballots.at_once import CROWDED, TABLES

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
        numbered = CROWDED.format(**TABLES) % {"poll_id": "$1", "network": "$2", "since": "$3", "limit": "$4"}
        cursor.execute(f"PREPARE crowded (int, text, timestamptz, int) AS SELECT {numbered}")
        cursor.execute("EXPLAIN EXECUTE crowded (1, 'one network', now(), 60)")
        return "\n".join(line for (line,) in cursor.fetchall())


def behind_a_pooler() -> list[bool]:
    """Take the names of prepared statements away, as a pooler does; return which answers still went the short way."""
    from onward_polls.actions import cast_ballot, cast_first_ballot

    poll = a_poll()
    options = list(poll.options.all())
    went = []
    with pages_not_needed():
        for i in range(3):
            answer = {"identity": f"rid:{i}", "options": options[:1]}
            went.append(cast_first_ballot(poll, **answer) is not None)
            if not went[-1]:
                cast_ballot(poll, **answer)
            with connection.cursor() as cursor:
                cursor.execute("DEALLOCATE ALL")
    return went if books(poll)["ballots"] == 3 else []


#: Each crowd with how many come, and how often it gathers on PostgreSQL.
CROWDS = {
    one_reader: (64, 20),
    one_browser: (64, 3),
    strangers: (50, 2),
    many_readers_and_folds: (50, 3),
    one_person_two_doors: (50, 5),
    closing_time: (200, 2),
    one_network: (100, 3),
    setting_aside: (50, 3),
}


def main() -> None:
    """Run every crowd on the database of DATABASE_URL, after making the tables it needs."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.polls.crowd_of_one import CROWDS_OF_ONE
    from tests.polls.desk_books import desk_adds_up

    call_command("migrate", "wagtailcore", verbosity=0)
    call_command("migrate", "onward_polls", verbosity=0)
    call_command("migrate", "auth", verbosity=0)
    rounds = {
        crowd.__name__: [crowd(readers) for _round in range(times)]
        for crowd, (readers, times) in {**CROWDS, **CROWDS_OF_ONE}.items()
    }
    report = {"vendor": connection.vendor, "rounds": rounds, "messages": messages_of_a_first_answer()}
    report["behind_a_pooler"] = behind_a_pooler()
    report["plan_of_the_limit"] = plan_of_the_limit()
    report["desk"] = desk_adds_up()
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
