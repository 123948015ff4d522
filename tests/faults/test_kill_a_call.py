"""A worker dies while a provider has its call: in doubt are the recipients of that call, and they alone."""

import threading

import pytest

from onward_newsletter.actions.issues import issue_books
from onward_newsletter.models import Delivery
from tests.newsletter.provider import ProviderServer, Received, mails_by_address

from .conftest import OpenArena


pytestmark = pytest.mark.faults

CALL = 20


def test_a_worker_killed_within_a_call_leaves_that_call_in_doubt(open_arena: OpenArena) -> None:
    with ProviderServer() as provider, open_arena(newsletter={"MESSAGES_PER_CALL": CALL}) as field:
        url = f"http://127.0.0.1:{provider.port}/mailgun/v3"
        field.environment |= {
            "EMAIL_URL": f"anymail://mailgun?MAILGUN_API_KEY=key&MAILGUN_API_URL={url}",
            "WEBHOOK_SECRET": "provider:a-secret-for-tests-only",
        }
        is_dead = threading.Event()

        def hold_the_second(mails: list[Received]) -> None:
            if len(provider.calls) == 2:
                is_dead.wait(60)

        provider.answer = hold_the_second
        issue = field.send(field.issue_for([f"reader-{number}@example.org" for number in range(5 * CALL)]))
        worker = field.run_outbox(concurrency=1)
        field.wait_until(lambda: len(provider.calls) == 2, "the second call")

        field.kill(worker)
        is_dead.set()
        field.run_outbox(concurrency=2)
        field.see_through(issue)

        doubtful = Delivery.objects.filter(state="in_doubt")
        assert set(doubtful.values_list("subscriber__address", flat=True)) == set(provider.calls[1])
        assert len(mails_by_address(provider)) == 5 * CALL
        books = issue_books(issue)
        assert (books.submitted, books.in_doubt) == (4 * CALL, CALL)
