"""How long an answer takes tells nobody whether an address is known."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from onward_newsletter.models import Newsletter, Outbox, Subscriber
from onward_newsletter.tokens import Purpose, make_token
from onward_newsletter.views import even_timing

from .factories import SubscriberFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db


class Clock:
    """A clock on which everything takes as long as it writes mails: 7 ms each, and 3 ms for the rest."""

    def __init__(self) -> None:
        self.slept = 0.0
        self._asked = 0

    def monotonic(self) -> float:
        self._asked += 1
        return self.slept + 0.003 * self._asked + 0.007 * Outbox.objects.count()

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(even_timing, "time", clock)
    return clock


@pytest.fixture
def tick(settings: Any) -> None:
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "ANSWER_SECONDS": 0.1}


def addresses_of_every_kind(newsletter: Newsletter) -> list[str]:
    kinds = ("pending", "active", "ended")
    for state in kinds:
        SubscriptionFactory.create(
            subscriber__address=f"{state}@example.org", newsletter=newsletter, state=state
        )
    return ["unknown@example.org", *(f"{state}@example.org" for state in kinds)]


def times_of(clock: Clock, post: Callable[[str], object], addresses: list[str]) -> set[float]:
    """Return how long the answers took by the clock, in milliseconds."""
    times = set()
    for address in addresses:
        slept, mails = clock.slept, Outbox.objects.count()
        post(address)
        times.add(round(1000 * (clock.slept - slept) + 3 + 7 * (Outbox.objects.count() - mails), 6))
    return times


@pytest.mark.usefixtures("tick")
def test_the_subscribe_box_answers_after_the_same_time_for_every_address(
    clock: Clock, ask: Callable[..., Any], reader: Client, newsletter: Newsletter
) -> None:
    addresses = addresses_of_every_kind(newsletter)

    assert times_of(clock, lambda address: ask(reader, address), addresses) == {100.0}
    assert Outbox.objects.count() > 0


@pytest.mark.usefixtures("tick")
def test_so_does_the_form_for_another_address(clock: Clock, reader: Client, newsletter: Newsletter) -> None:
    mover: Subscriber = SubscriberFactory.create(address="mover@example.org")
    path = f"/newsletter/move/{make_token(Purpose.MOVE, mover)}/"
    addresses = addresses_of_every_kind(newsletter)

    assert times_of(clock, lambda address: reader.post(path, {"address": address}), addresses) == {100.0}


@pytest.mark.usefixtures("tick")
def test_whoever_only_looks_does_not_wait(clock: Clock, reader: Client, newsletter: Newsletter) -> None:
    reader.get("/newsletter/")

    assert clock.slept == 0


def test_waiting_can_be_switched_off(clock: Clock, ask: Callable[..., Any], reader: Client) -> None:
    ask(reader, "reader@example.org")

    assert clock.slept == 0
