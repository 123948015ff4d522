"""A load balancer and an operator ask how the site is."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onward_newsletter.models import Outbox
from onward_site.health import Probe, Unhealthy


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent_server() -> Iterator[int]:
    """Port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(autouse=True)
def broker_in_memory(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "memory://"


def test_healthz_asks_neither_database_nor_host_name(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


def test_a_sound_site_is_ready_and_nothing_is_degraded(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200, answer.json()
    assert answer.json()["status"] == "ready"
    assert answer.json()["degraded"] == []
    assert set(answer.json()["checks"]) == {"database", "migrations", "cache", "broker", "outbox"}


def test_a_broker_that_is_gone_degrades_but_readers_may_come(client: Client, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://someone:secret-word@127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["degraded"] == ["broker"]
    assert "secret-word" not in answer.content.decode()
    assert "127.0.0.1" not in answer.content.decode()


def test_a_broker_that_hangs_costs_no_more_than_a_second(
    client: Client, settings: Any, silent_server: int
) -> None:
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent_server}/0"

    answer = client.get("/readyz")

    assert answer.json()["degraded"] == ["broker"]
    assert answer.json()["checks"]["broker"]["ms"] < 1500


def test_mail_that_waits_too_long_is_said(client: Client) -> None:
    Outbox.objects.create(
        purpose="confirm_subscription",
        address="reader@example.org",
        address_key="0" * 64,
        subject="Please confirm",
        text="…",
        next_at=timezone.now() - timedelta(minutes=11),
    )

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["degraded"] == ["outbox"]
    assert "reader@example.org" not in answer.content.decode()


def test_a_vital_check_that_fails_turns_readers_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise Unhealthy("Two migrations are not applied.")

    monkeypatch.setitem(
        __import__("onward_site.health").health.PROBES, "migrations", Probe(refuse, is_vital=True)
    )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"


def test_a_check_that_hangs_is_not_started_twice() -> None:
    started = []
    release = threading.Event()

    def hang() -> None:
        started.append(1)
        release.wait(30)

    probe = Probe(hang)
    outcomes = [probe.run(0.05), probe.run(0.05)]
    release.set()

    assert [outcome["ok"] for outcome in outcomes] == [False, False]
    assert len(started) == 1
