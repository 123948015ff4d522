"""A stranger tries to use the subscribe box against somebody else's mailbox."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from onward_newsletter import limits
from onward_newsletter.actions.subscribing import subscribe
from onward_newsletter.models import Outbox, Subscription

from .factories import SubscriptionFactory, TopicFactory


pytestmark = pytest.mark.django_db

SPELLINGS = [
    "victim.name@gmail.com",
    "victimname@gmail.com",
    "Victim.Name@GMail.com",
    "v.i.c.t.i.m.name@gmail.com",
    "victimname+1@gmail.com",
    "victim.name+news@gmail.com",
    "VICTIMNAME+2@GMAIL.COM",
]


def networks():
    """Return addresses each of which is in a network of its own."""
    return (f"10.{a}.{b}.1" for a in range(256) for b in range(256))


def test_one_mailbox_gets_three_mails_a_day_however_it_is_spelt(ask, series, newsletter):
    others = [TopicFactory.create(newsletter=newsletter) for _ in range(5)]
    start, places = timezone.now(), networks()

    for hour in range(23):
        with time_machine.travel(start + timedelta(hours=hour)):
            for spelling in SPELLINGS:
                for topic in [series, *others]:
                    ask(Client(), spelling, topic=topic.pk, scope="topic", network=next(places))

    assert Outbox.objects.count() == 3


def test_mailbox_may_be_written_to_again_the_next_day(ask, reader):
    start, places = timezone.now(), networks()

    for hour in (0, 1, 2, 3, 25, 26):
        with time_machine.travel(start + timedelta(hours=hour)):
            ask(reader, "reader@example.org", network=next(places))

    assert Outbox.objects.count() == 5


def test_pending_request_is_mailed_again_after_ten_minutes_and_not_before(ask, reader):
    start = timezone.now()

    for minutes in (0, 1, 9, 11):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            ask(reader, "reader@example.org")

    assert Outbox.objects.count() == 2


def test_two_series_can_be_followed_within_a_minute(ask, reader, newsletter):
    for topic in [TopicFactory.create(newsletter=newsletter) for _ in range(2)]:
        ask(reader, "reader@example.org", topic=topic.pk, scope="topic")

    assert Outbox.objects.count() == 2


def test_one_network_asks_five_times_in_ten_minutes_and_twenty_times_a_day(ask):
    start = timezone.now()

    for round_ in range(100):
        with time_machine.travel(start + timedelta(minutes=5 * round_)):
            for number in range(5):
                ask(Client(), f"victim{round_}-{number}@example.org", network=f"203.0.113.{number}")
        if round_ == 0:
            assert Outbox.objects.count() == 5

    assert Outbox.objects.count() == 20


def test_forged_forwarding_header_does_not_help(ask):
    for number in range(30):
        ask(Client(), f"victim{number}@example.org", headers={"X-Forwarded-For": f"198.51.{number}.1"})

    assert Outbox.objects.count() == 5


def test_behind_a_proxy_only_what_the_proxy_wrote_counts(ask, settings):
    settings.TRUSTED_PROXY_COUNT = 1

    for number in range(60):
        forged = f"198.51.{number}.1, 10.9.{number}.2, 203.0.113.{number}"
        ask(Client(), f"victim{number}@example.org", headers={"X-Forwarded-For": forged}, network="127.0.0.1")

    assert Outbox.objects.count() == 5


def test_one_ipv6_customer_is_one_network(ask):
    for number in range(30):
        ask(Client(), f"victim{number}@example.org", network=f"2001:db8:1:{number:x}::{number:x}")

    assert Outbox.objects.count() == 5


@pytest.mark.parametrize("address", ["", "unix:", "not an address", "::ffff:203.0.113.9", "fe80::1%eth0"])
def test_odd_network_addresses_are_counted_and_break_nothing(ask, reader, address):
    assert ask(reader, "reader@example.org", network=address).status_code == 303
    assert limits.network_hash("::ffff:203.0.113.9") == limits.network_hash("203.0.113.200")


def test_answer_beyond_the_limit_is_the_same(ask):
    answers = [ask(Client(), f"victim{number}@example.org") for number in range(8)]

    assert {(answer.status_code, answer["Location"], answer.content) for answer in answers} == {
        (303, answers[0]["Location"], b"")
    }
    assert Subscription.objects.count() == 5


def test_flood_waits_its_turn_instead_of_being_lost(ask, settings):
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "MAILS_PER_MINUTE": 10}
    now = timezone.now()

    for number, network in zip(range(25), networks(), strict=False):
        ask(Client(), f"reader{number}@example.org", network=network)

    later = Outbox.objects.filter(next_at__gt=now + timedelta(seconds=50))
    assert (Outbox.objects.count(), later.count()) == (25, 15)


def test_cache_that_fails_does_not_fail_the_reader(ask, reader, monkeypatch):
    def fail(*args, **kwargs):
        raise ConnectionError("no cache")

    monkeypatch.setattr(type(cache._connections[cache._alias]), "get", fail)  # type: ignore[attr-defined]

    assert ask(reader, "reader@example.org").status_code == 303
    assert Outbox.objects.count() == 1


def test_known_reader_is_told_once_whoever_asks_and_however_often(ask, newsletter):
    SubscriptionFactory.create(subscriber__address="reader@example.org", newsletter=newsletter)

    for network, _ in zip(networks(), range(50), strict=False):
        ask(Client(), "reader@example.org", network=network)

    assert Outbox.objects.count() == 1


def test_no_network_address_is_kept_anywhere(ask, reader):
    ask(reader, "reader@example.org", network="203.0.113.77")

    rows = [str(row) for model in (Subscription, Outbox) for row in model.objects.values()]
    assert not [row for row in rows if "203.0.113" in row]
    assert "203.0.113" not in str(getattr(cache._connections[cache._alias], "_cache", ""))  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_share_one_allowance(newsletter):
    consent = {"consent_text": "", "consent_page": "", "source": "page"}
    problems: list[Exception] = []

    def ask_for(spelling: str) -> None:
        try:
            subscribe(newsletter, address=spelling, **consent)
        except Exception as error:  # noqa: BLE001 (the thread's own report)
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask_for, args=[spelling]) for spelling in SPELLINGS * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert 1 <= Outbox.objects.count() <= 3
    assert Subscription.objects.count() == len({spelling.lower() for spelling in SPELLINGS})
