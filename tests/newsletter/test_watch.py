"""What is looked for at many sockets, from one look to the next."""

import selectors
import socket
from collections.abc import Iterator

import pytest

from onward_newsletter.transports.sockets import Watch


Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    watch.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_what_was_looked_for_is_seen_at_each_look(watch: Watch, pair: Pair) -> None:
    here, there = pair
    watch.look_for(here, selectors.EVENT_READ)
    assert watch.seen(0) == []

    there.send(b"250 ok")

    assert watch.seen(0) == watch.seen(0) == [here]
    watch.look_for(here, 0)
    assert watch.seen(0) == []


def test_it_can_change_what_it_looks_for(watch: Watch, pair: Pair) -> None:
    here, _there = pair
    watch.look_for(here, selectors.EVENT_READ)
    watch.look_for(here, selectors.EVENT_READ | selectors.EVENT_WRITE)
    assert watch.seen(0) == [here]

    watch.look_for(here, selectors.EVENT_READ)
    assert watch.seen(0) == []


def test_what_is_beside_them_ends_the_waiting_and_is_forgotten(watch: Watch, pair: Pair) -> None:
    here, there = pair
    there.send(b"done")

    assert watch.seen(60, here) == []
    assert watch.seen(0) == []


def test_a_new_socket_with_the_number_of_a_closed_one_is_seen(watch: Watch) -> None:
    old, other_end = socket.socketpair()
    watch.look_for(old, selectors.EVENT_READ)
    number = old.fileno()
    old.close()
    other_end.close()
    pairs = [socket.socketpair() for _ in range(3)]
    new, there = next(
        (one, two) for pair in pairs for one, two in (pair, pair[::-1]) if one.fileno() == number
    )

    watch.forget_closed()
    watch.look_for(new, selectors.EVENT_READ)
    there.send(b"220 hello")

    assert watch.seen(0) == [new]
    for end in (end for pair in pairs for end in pair):
        end.close()
