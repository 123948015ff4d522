"""The database is away for a moment while mail goes out: nothing is in doubt because of it, and work goes on by itself."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError, connection

from onward_newsletter import tasks
from onward_newsletter.models import Delivery, Issue
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .relay import readers, sending_to, verdict


pytestmark = pytest.mark.django_db


#: What a worker asks to find its next rows.
CLAIM = {'"onward_newsletter_delivery"', "LIMIT"}


class Away:
    """Let some statements fail as if the server had closed the connection, and make the stamps slow.

    Slow stamps let other connections become ready meanwhile, so that several messages are stamped together.
    """

    def __init__(self, fails: Callable[[int], bool]) -> None:
        self._fails, self._claims = fails, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and set(sql.split()) >= CLAIM and "pending" in params:
            self._claims += 1
            if self._fails(self._claims):
                raise OperationalError("server closed the connection unexpectedly")
        if sql.startswith("UPDATE") and "attempted_at" in sql:
            time.sleep(0.02)
        return execute(sql, params, many, context)


def test_what_is_stamped_is_handed_over_before_the_database_is_asked_again(
    relay: SinkThread,
    settings,  # type: ignore[no-untyped-def]
) -> None:
    relay.sink.pipelining = True
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "CONNECTIONS": 4}
    issue = sending_to(readers(100))

    with connection.execute_wrapper(Away(lambda number: number % 2 == 0)):
        for _beat in range(10):
            with suppress(OperationalError):
                pump()
            assert not Delivery.objects.filter(state="sending").exists()

    found = verdict(relay, issue)
    assert found.is_clean, found
    assert not found.in_doubt


@pytest.mark.django_db(transaction=True)
def test_a_task_asks_again_instead_of_leaving_it_to_the_next_tick(relay: SinkThread) -> None:
    issue = sending_to(readers(3))

    with connection.execute_wrapper(Away(lambda number: number == 1)):
        tasks.pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED
