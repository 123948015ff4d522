"""Mail that is not an issue."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from onward_newsletter.actions.outbox import enqueue_mail
from onward_newsletter.addresses import InvalidAddress, address_key
from onward_newsletter.housekeeping import empty_old_mails
from onward_newsletter.models import Outbox, Suppression
from onward_newsletter.pump import OUTBOX, pump
from tests.faults.sink import SinkThread

from .relay import mails, readers, sending_to


pytestmark = pytest.mark.django_db


def notice(address: str = "reader@example.org", **fields: Any) -> Outbox | None:
    return enqueue_mail(
        **{"purpose": "notice", "address": address, "subject": "News", "text": "Hello.\n", **fields}
    )


def test_a_mail_is_sent_with_its_words_and_headers(relay: SinkThread, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Onward <onward@example.org>"
    notice(html="<p>Hello.</p>", headers={"Reply-To": "author@example.org", "X-Kind": "told"})

    pump()

    found = mails(relay)[0]
    assert (found["From"], found["Reply-To"], found["X-Kind"]) == (
        "Onward <onward@example.org>",
        "author@example.org",
        "told",
    )
    assert found["Auto-Submitted"] == "auto-generated"
    assert Outbox.objects.get().state == "submitted"


def test_a_mail_with_a_key_is_written_once(relay: SinkThread) -> None:
    first, second = notice(key="told:1"), notice(key="told:1")

    pump()

    assert first is not None
    assert second is None
    assert relay.book.count() == 1


def test_a_suppressed_address_gets_no_mail() -> None:
    Suppression.objects.create(address_key=address_key("reader@example.org"), reason="complained")

    assert notice("Reader@Example.org ") is None


def test_an_address_suppressed_after_the_mail_was_written_gets_none(relay: SinkThread) -> None:
    notice()
    Suppression.objects.create(address_key=address_key("reader@example.org"), reason="complained")

    pump()

    assert relay.book.count() == 0
    assert (Outbox.objects.get().state, Outbox.objects.get().reason) == ("skipped", "suppressed")


def test_a_malformed_address_is_refused() -> None:
    with pytest.raises(InvalidAddress):
        notice("no-at")


def test_a_mail_goes_with_its_transaction() -> None:
    with transaction.atomic():
        notice()
        transaction.set_rollback(True)

    assert not Outbox.objects.exists()


def test_a_mail_that_waits_for_its_time_is_not_sent_before(relay: SinkThread) -> None:
    notice()
    Outbox.objects.update(next_at=timezone.now() + timedelta(minutes=1))

    report = pump()

    assert relay.book.count() == 0
    assert report.left == 0


def test_the_outbox_can_be_sent_alone(relay: SinkThread) -> None:
    sending_to(readers(3))
    notice()

    pump(lanes=(OUTBOX,))

    assert set(relay.book.accepted()) == {"reader@example.org"}


def test_a_refused_mail_does_not_stop_the_others(relay: SinkThread) -> None:
    notice("unknown-1@example.org")
    notice("lost-1@example.org")
    notice("good-1@example.org")

    pump()

    found = dict(Outbox.objects.values_list("address", "state"))
    assert found == {
        "unknown-1@example.org": "failed",
        "lost-1@example.org": "in_doubt",
        "good-1@example.org": "submitted",
    }


def test_a_header_with_a_line_break_costs_that_mail_alone(relay: SinkThread) -> None:
    notice(headers={"X-Kind": "a\r\nBcc: victim@example.org"})
    notice("good-1@example.org")

    pump()

    assert set(relay.book.accepted()) == {"good-1@example.org"}


def test_old_mail_is_emptied_and_its_key_still_holds(relay: SinkThread) -> None:
    notice(key="told:1")
    notice("waiting@example.org")
    pump(lanes=())
    Outbox.objects.filter(key="told:1").update(state="submitted")
    Outbox.objects.update(created_at=timezone.now() - timedelta(days=15))

    number = empty_old_mails()

    old = Outbox.objects.get(key="told:1")
    assert (number, old.text, old.address) == (1, "", "")
    assert notice(key="told:1") is None
    assert Outbox.objects.get(address="waiting@example.org").text


def test_any_django_backend_will_do(settings: Any) -> None:
    notice(html="<p>Hello.</p>")

    pump()

    assert mail.outbox[0].to == ["reader@example.org"]
    assert mail.outbox[0].alternatives[0][0] == "<p>Hello.</p>"


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_worker_told_to_stop_leaves_the_rest_to_the_next(relay: SinkThread, pipelining: bool) -> None:
    relay.sink.pipelining = pipelining
    for address in readers(12):
        notice(address)

    told: list[bool] = []

    def is_told_to_stop() -> bool:
        """Come while the server waits for a message."""
        told.extend([True] * (len(relay.book.lines("rcpt")) > relay.book.count() > 4))
        return bool(told)

    pump(should_stop=is_told_to_stop)
    assert set(Outbox.objects.values_list("state", "reason")) == {("submitted", ""), ("pending", "")}
    pump()

    assert relay.book.accepted() == Counter(readers(12))


def test_a_mail_that_its_worker_held_for_too_long_is_sent_by_the_next(relay: SinkThread) -> None:
    notice()

    with connection.execute_wrapper(LeaseIsOver()):
        pump()
    pump()

    assert relay.book.count() == 1
    assert Outbox.objects.get().state == "submitted"


class LeaseIsOver:
    """End the lease of each row once, right before its stamp, as a server does that takes minutes to let us in."""

    is_over = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and "attempted_at" in sql and not self.is_over:
            self.is_over = True
            Outbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        return execute(sql, params, many, context)
