"""Many connections at once, and commands in groups: the ledger says the same as with one at a time."""

import socket
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from onward_newsletter.actions.issues import pause_issue
from onward_newsletter.messages import Message, MessageTemplate
from onward_newsletter.models import Delivery, Issue, Lane
from onward_newsletter.pump import pump
from onward_newsletter.transports.base import WayBlocked
from onward_newsletter.transports.connection import SmtpConnection
from onward_newsletter.transports.replies import Kind
from tests.faults.sink import SinkThread

from .relay import readers, sending_to, states, verdict


pytestmark = pytest.mark.django_db

#: What becomes of an address, by the word before its number.
FATES = {
    "reader": "submitted",
    "greylisted": "submitted",
    "deferred": "failed",
    "unknown": "failed",
    "rejected": "failed",
    "lost": "in_doubt",
    "silent": "in_doubt",
    "closing": "failed",
    "dropped": "failed",
}


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"])
def many(relay: SinkThread, settings, request: pytest.FixtureRequest) -> SinkThread:  # type: ignore[no-untyped-def]
    relay.sink.pipelining = request.param
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "CONNECTIONS": 10}
    return relay


def pump_to_the_end(issue: Issue) -> None:
    """Beat until nothing is open, as Celery would, without waiting for the lane to have rested."""
    for _beat in range(60):
        pump()
        Lane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))
        issue.refresh_from_db()
        if issue.state != Issue.State.SENDING:
            return


def pause_at(number: int, relay: SinkThread) -> None:
    """Pause the issue from another connection, while the server holds a message."""
    if relay.book.count() >= number:
        pause_issue(Issue.objects.get())
        connection.close()


def test_every_kind_of_trouble_at_once_ends_as_it_does_alone(many: SinkThread) -> None:
    troubled = [f"{word}-{number}@example.org" for word in FATES for number in range(2)]
    issue = sending_to([address for pair in zip(readers(18), troubled, strict=True) for address in pair])

    pump_to_the_end(issue)

    assert issue.state == Issue.State.SUBMITTED_WITH_ERRORS
    assert {
        name: state for name, state in states(issue).items() if FATES[name.partition("-")[0]] != state
    } == {}
    assert verdict(many, issue).is_clean


def test_a_slow_server_is_given_more_connections_and_a_message_each(many: SinkThread) -> None:
    many.sink.delay = 0.05
    issue = sending_to(readers(60))

    pump()

    assert len(many.book.lines("connect")) == 10
    assert verdict(many, issue).is_clean
    assert Counter(states(issue).values()) == {"submitted": 60}


def test_a_server_that_wants_few_connections_gets_few(many: SinkThread) -> None:
    many.sink.most = 3
    many.sink.delay = 0.01
    issue = sending_to(readers(40))

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED
    assert not Lane.objects.filter(setbacks__gt=0).exists()
    assert Delivery.objects.exclude(attempts=1).count() == 0


def test_a_refusal_stands_though_the_server_hangs_up_after_it(many: SinkThread) -> None:
    many.sink.pipelining = True
    issue = sending_to(["gone-1@example.org", *readers(5)])

    pump()

    assert states(issue)["gone-1@example.org"] == "failed"
    assert "550" in Delivery.objects.get(state="failed").reason
    assert verdict(many, issue).is_clean
    assert not Lane.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_pause_lets_only_what_is_in_flight_arrive(many: SinkThread) -> None:
    issue = sending_to(readers(100))
    many.sink.on_message = lambda recipient: pause_at(30, many)

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.PAUSED
    assert 30 <= many.book.count() <= 30 + 10
    assert Counter(states(issue).values())["submitted"] == many.book.count()
    assert set(many.book.accepted().values()) == {1}
    assert not Delivery.objects.filter(state__in=("claimed", "sending", "in_doubt")).exists()


def test_a_worker_told_to_stop_waits_for_the_answers_on_their_way(many: SinkThread) -> None:
    many.sink.delay = 0.02
    issue = sending_to(readers(80))

    pump(should_stop=lambda: many.book.count() >= 20)

    assert set(states(issue).values()) == {"submitted", "pending"}
    assert Counter(states(issue).values())["submitted"] == many.book.count()


def ready_for_a_message() -> tuple[SmtpConnection, socket.socket]:
    """Return a connection whose server has said "go ahead", and the server's end of it."""
    ours, theirs = socket.socketpair()
    connection = SmtpConnection(ours, pipelining=True, timeout=5)
    template = MessageTemplate(subject="S", sender="ann@example.org", text="T")
    connection.ask("a job", Message(template, template.sender, "reader@example.org", "1@example.org"))
    connection.flush()
    theirs.sendall(b"250 sender\r\n250 recipient\r\n354 go ahead\r\n")
    assert [outcome.kind for outcome in connection.receive()] == [Kind.READY]
    return connection, theirs


def test_a_message_is_with_the_server_as_soon_as_it_is_handed_over() -> None:
    connection, server = ready_for_a_message()

    connection.hand_over(b"Hello.\r\n.\r\n")

    assert server.recv(4096).endswith(b"DATA\r\nHello.\r\n.\r\n")
    connection.close()
    server.close()


def test_a_server_that_leaves_before_the_message_has_not_got_it() -> None:
    connection, server = ready_for_a_message()
    server.close()

    connection.hand_over(b"Hello.\r\n.\r\n")

    assert connection.has_news
    assert not connection.is_idle
    (outcome,) = connection.flush()
    assert (outcome.kind, outcome.job) == (Kind.NOT_ACCEPTED, "a job")
    assert isinstance(outcome.error, WayBlocked)


def test_a_reply_is_acknowledged_at_once_where_another_is_awaited() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = Noted(socket.create_connection(server.getsockname()))
        theirs, _address = server.accept()
    connection = SmtpConnection(ours, pipelining=True, timeout=5)  # type: ignore[arg-type]
    template = MessageTemplate(subject="S", sender="ann@example.org", text="T")
    connection.ask("a job", Message(template, template.sender, "reader@example.org", "1@example.org"))

    theirs.sendall(b"250 ok\r\n")
    while not connection.receive() and not ours.noted:
        pass
    assert ours.noted == {(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)}

    ours.noted.clear()
    theirs.sendall(b"250 ok\r\n354 go ahead\r\n")
    while not connection.receive():
        pass
    assert not ours.noted
    theirs.close()
    connection.close()


class Noted:
    """A socket that notes which options are set."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.noted: set[tuple[int, ...]] = set()

    def setsockopt(self, *option: int) -> None:
        self.noted.add(option)
        self._sock.setsockopt(*option)

    def __getattr__(self, name: str) -> object:
        return getattr(self._sock, name)
