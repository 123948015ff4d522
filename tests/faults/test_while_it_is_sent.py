"""Things people do, and servers do, while real workers send."""

import random
import signal
import time

import pytest

from onward_newsletter.actions.issues import cancel_issue, issue_books, pause_issue, resume_issue
from onward_newsletter.actions.subscribing import unsubscribe
from onward_newsletter.models import Delivery, Subscription

from .conftest import OpenArena
from .in_flight import CONCURRENCY, IN_FLIGHT
from .test_kill_the_worker import readers


pytestmark = pytest.mark.faults


def test_a_worker_told_to_stop_leaves_nothing_in_doubt(open_arena: OpenArena) -> None:
    with open_arena(delay=0.02) as field:
        issue = field.send(field.issue_for(readers(200)))

        for number in (40, 90):
            workers = field.run_outbox(concurrency=CONCURRENCY)
            field.wait_for_messages(number)
            workers.send_signal(signal.SIGTERM)
            assert workers.wait(40) == 0
        field.run_outbox(concurrency=CONCURRENCY)
        field.wait_for_end(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert not verdict.in_doubt


def test_pause_resume_and_cancel_hold_to_the_message(open_arena: OpenArena) -> None:
    with open_arena(delay=0.02) as field:
        issue = field.send(field.issue_for(readers(300)))
        field.run_outbox(concurrency=CONCURRENCY)

        field.wait_for_messages(60)
        pause_issue(issue)
        at_the_pause = field.book.count()
        time.sleep(2)
        assert field.book.count() <= at_the_pause + IN_FLIGHT
        resume_issue(issue)
        field.wait_for_messages(150)
        cancel_issue(issue)
        field.wait_until(lambda: issue_books(issue).open == 0, "the messages in flight")

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        books = issue_books(issue)
        assert books.submitted == field.book.count()
        assert books.submitted + books.skipped == 300


def test_who_unsubscribes_before_their_turn_gets_nothing(open_arena: OpenArena) -> None:
    with open_arena(delay=0.01) as field:
        issue = field.send(field.issue_for(readers(300)))
        field.run_outbox(concurrency=CONCURRENCY)
        field.wait_for_messages(50)

        pending = Subscription.objects.filter(
            pk__in=Delivery.objects.filter(issue=issue, state="pending").values("subscription")
        )
        gone = random.Random(3).sample(list(pending), 60)
        for subscription in gone:
            unsubscribe(subscription)
        field.wait_for_end(issue)

        assert field.verdict(issue).is_clean
        late = Delivery.objects.filter(subscription__in=gone).exclude(state="skipped")
        for delivery in late.select_related("subscription"):
            assert delivery.subscription is not None
            assert delivery.attempted_at is not None
            assert delivery.subscription.ended_at is not None
            assert delivery.attempted_at < delivery.subscription.ended_at


def test_a_server_with_every_bad_habit_costs_only_whom_it_refuses(open_arena: OpenArena) -> None:
    words = ["greylisted"] * 20 + ["unknown"] * 4 + ["rejected"] * 2 + ["lost"] * 4 + ["reader"] * 170
    random.Random(5).shuffle(words)
    addresses = [f"{word}-{number}@example.org" for number, word in enumerate(words)]
    with open_arena(delay=0.005) as field:
        issue = field.send(field.issue_for(addresses))

        field.run_outbox(concurrency=CONCURRENCY)
        field.wait_for_end(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert [address.partition("-")[0] for address in verdict.in_doubt] == ["lost"] * 4
        failed = Delivery.objects.filter(state="failed").values_list("subscriber__address", flat=True)
        assert sorted(address.partition("-")[0] for address in failed) == ["rejected"] * 2 + ["unknown"] * 4


def test_a_server_that_closes_its_doors_is_asked_once_a_second_at_most(open_arena: OpenArena) -> None:
    with open_arena(delay=0.005) as field:
        issue = field.send(field.issue_for(readers(200)))
        field.run_outbox(concurrency=CONCURRENCY)

        field.wait_for_messages(60)
        field.set_mode("closed")
        closed_from = len(field.book.lines("connect"))
        field.wait_until(lambda: len(field.book.lines("connect")) >= closed_from + 4, "some attempts")
        attempts = [line["at"] for line in field.book.lines("connect")[closed_from:]]
        field.set_mode("")
        field.wait_for_end(issue)

        verdict = field.verdict(issue)
        assert verdict.is_clean, verdict
        assert not verdict.in_doubt
        # The first setback is each worker's own; from then on they take turns.
        assert attempts[-1] - attempts[CONCURRENCY] >= len(attempts) - CONCURRENCY - 1
