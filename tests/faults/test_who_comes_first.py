"""Who gets mail before whom while real workers send: the first few, and whoever has just subscribed."""

import time

import pytest

from onward_newsletter import few_first
from onward_newsletter.actions.subscribing import subscribe
from onward_newsletter.models import Delivery, Issue, Newsletter, Subscription

from .arena import Arena
from .conftest import OpenArena
from .in_flight import CONCURRENCY
from .size import KILLS, LONG, RECIPIENTS, SEEDS
from .test_kill_the_worker import kill_now_and_then, readers


pytestmark = [pytest.mark.faults, pytest.mark.services]

#: How many are the few of an audience of 500 and of 5,000.
FEW = 50

PATIENCE_SECONDS = 15


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_workers_do_not_let_the_others_go_before_the_few(
    open_arena_on_postgresql: OpenArena, seed: int
) -> None:
    kills = KILLS // 2
    own = {"CONNECTIONS": 2, "FEW_FIRST_MINUTES": 0}
    with open_arena_on_postgresql(delay=0.03, pipelining=True, newsletter=own) as field:
        issue = field.send(field.issue_for(readers(RECIPIENTS), small_first=True))

        # First among the few, then among the others.
        for total in (FEW, RECIPIENTS - FEW):
            start = field.two_celery_workers
            kill_now_and_then(field, start, issue, kills=kills // 2, total=total, seed=seed)
        field.see_through(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert len(verdict.in_doubt) <= (kills + 1) * CONCURRENCY * 2
        few = _few_of(issue)
        places = [line["rcpt"] in few for line in field.book.lines("accepted")]
        assert len(few) == FEW
        assert places == sorted(places, reverse=True)


def _few_of(issue: Issue) -> set[str]:
    rows = Delivery.objects.filter(pk__in=few_first.few_of(issue))
    return set(rows.values_list("subscriber__address", flat=True))


@pytest.mark.parametrize("rate", [None, 14] if LONG else [14])
def test_confirmations_do_not_wait_behind_an_issue(
    open_arena_on_postgresql: OpenArena, rate: int | None
) -> None:
    number = RECIPIENTS if rate is None else RECIPIENTS // 5
    with open_arena_on_postgresql(delay=0.1, pipelining=True, newsletter={"CONNECTIONS": 10}) as field:
        issue = field.send(field.issue_for(readers(number), rate=rate))
        field.two_celery_workers()

        waits = []
        for share in (0.1, 0.4, 0.7):
            field.wait_for_messages(int(number * share))
            waits.append(_wait_of_a_new_reader(field, f"new-{share}@example.org"))
        issue.refresh_from_db()
        assert issue.state == Issue.State.SENDING
        assert max(waits) <= PATIENCE_SECONDS or not LONG
        field.wait_for_end(issue)

        verdict = field.verdict(issue)
        assert verdict.unaccounted == [f"new-{share}@example.org" for share in (0.1, 0.4, 0.7)]
        assert not verdict.in_doubt


def _wait_of_a_new_reader(field: Arena, address: str) -> float:
    """Subscribe, and return after how many seconds the mail to confirm it is there."""
    began = time.time()
    page = {"consent_text": "We write once.", "consent_page": "/part-1/", "source": "page"}
    subscribe(Newsletter.objects.get(), address=address, **page)
    field.wait_until(lambda: address in field.book.accepted(), "the mail to confirm")
    times = [line["at"] for line in field.book.lines("accepted") if line["rcpt"] == address]
    field.say(f"{times[0] - began:.1f} s until the mail to confirm was there")
    return times[0] - began


def test_who_subscribes_while_it_is_sent_waits_for_the_next_issue(
    open_arena_on_postgresql: OpenArena,
) -> None:
    with open_arena_on_postgresql(delay=0.02) as field:
        issue = field.send(field.issue_for(readers(200)))
        field.run_outbox(concurrency=CONCURRENCY)

        field.wait_for_messages(40)
        field.let_in(issue.newsletter, ["late-1@example.org", "late-2@example.org"])
        field.wait_for_end(issue)

        assert field.verdict(issue).is_clean
        assert Subscription.objects.active().count() == 202
