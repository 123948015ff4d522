"""A server that says "not now" to everybody, and addresses that nobody should be asked about."""

from datetime import timedelta

import pytest
from django.utils import timezone

from onward_newsletter.actions.issues import prepare_issue
from onward_newsletter.models import Delivery, Issue, Lane
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .factories import DeliveryFactory
from .relay import readers, sending_to


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("mode", "said"), [("busy", "451"), ("later", "454")])
@pytest.mark.parametrize("is_pipelining", [False, True], ids=["one by one", "pipelining"])
def test_a_server_that_says_not_now_to_everybody_is_left_in_peace_too(
    relay: SinkThread, mode: str, said: str, is_pipelining: bool
) -> None:
    relay.sink.pipelining = is_pipelining
    issue = sending_to(readers(10))
    relay.set_mode(mode)

    for _beat in range(5):
        pump()

    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 0)}
    assert len(relay.book.lines("connect")) == 1
    assert said in Lane.objects.get().reason
    relay.set_mode("")
    Lane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))
    pump()
    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED


def test_many_connections_that_break_at_once_are_one_setback(relay: SinkThread, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "CONNECTIONS": 10}
    relay.sink.delay = 0.05
    relay.sink.on_message = lambda _recipient: relay.set_mode("closed") if relay.book.count() >= 15 else None
    sending_to(readers(60))

    pump()

    assert Lane.objects.get().setbacks == 1


def test_recipients_at_whom_a_server_hangs_up_do_not_hold_up_the_others(relay: SinkThread) -> None:
    """They were tried before; after a rest whoever comes first decides whether the way is open, so a first try does."""
    issue = sending_to([*readers(3, "closing"), *readers(20)])
    prepare_issue(issue)
    hung_up = Delivery.objects.filter(subscriber__address__startswith="closing")
    hung_up.update(state="deferred", attempts=1)
    Delivery.objects.exclude(pk__in=hung_up).update(
        state="claimed", claim_token="gone", lease_until=timezone.now() - timedelta(seconds=1)
    )
    Lane.objects.create(name="relay", setbacks=3, rests_until=timezone.now() - timedelta(seconds=1))

    pump()

    assert Delivery.objects.filter(state="submitted").count() == 20
    assert Lane.objects.get().setbacks == 1


#: As in reliability.md, M14: what Django's own backend sends to the wrong place, or dies of.
POISON = [
    "ü@example.org",
    "no-at",
    "a@localhost",
    "a@[127.0.0.1]",
    f"{'x' * 65}@example.org",
    f"a@{'x' * 64}.example.org",
    "a@exämple.org",
    "Upper@Example.org",
    "a b@example.org",
    "<a@example.org>",
    "a@example.org\r\nRCPT TO:<b@example.org>",
    "a@example.org, b@example.org",
    "a..b@example.org",
    "@example.org",
    "a@",
    "a@faß.de",
]


@pytest.mark.parametrize("connections", [1, 10])
def test_malformed_addresses_fail_alone_and_go_nowhere(
    relay: SinkThread,
    settings,  # type: ignore[no-untyped-def]
    connections: int,
) -> None:
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "CONNECTIONS": connections}
    relay.sink.pipelining = connections > 1
    good = readers(len(POISON))
    issue = sending_to(good[:1])
    prepare_issue(issue)
    for address in (address for pair in zip(POISON, good[1:], strict=False) for address in pair):
        # Past every check, as a faulty import or a hand in the database would.
        DeliveryFactory.create(issue=issue, subscriber__address=address)

    pump()

    assert {line["rcpt"] for line in relay.book.lines("rcpt")} <= set(good)
    assert set(relay.book.accepted()) == set(
        Delivery.objects.filter(state="submitted").values_list("subscriber__address", flat=True)
    )
    failed = Delivery.objects.filter(state="failed")
    assert set(failed.values_list("subscriber__address", flat=True)) <= set(POISON)
    assert all(failed.values_list("reason", flat=True))
    assert not Delivery.objects.filter(state__in=("pending", "claimed", "deferred")).exists()
