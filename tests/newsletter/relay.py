"""A mail server in this process, and an audience for it."""

from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from onward_newsletter.actions.issues import send_issue
from onward_newsletter.models import Delivery, Issue, Newsletter
from tests.faults.judge import Verdict, judge
from tests.faults.sink import SinkThread

from .factories import IssueFactory, SubscriptionFactory


@pytest.fixture
def relay(tmp_path: Path, settings: Any, db: None) -> Iterator[SinkThread]:
    """Take all mail by SMTP; the engine's waits are cut to nothing."""
    with SinkThread(tmp_path / "sink.log") as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 1
        settings.ONWARD_NEWSLETTER = {
            "LEASE_SECONDS": 120,
            "RETRY_SECONDS": (0, 0, 0, 0, 0),
            # One, so that a test can say what comes after what.
            "CONNECTIONS": 1,
        }
        yield sink


def issue_to(addresses: Sequence[str], newsletter: Newsletter | None = None, **fields: Any) -> Issue:
    """Return a draft whose audience has these addresses, in this order."""
    issue = IssueFactory.create(**({"newsletter": newsletter} if newsletter else {}), **fields)
    for address in addresses:
        SubscriptionFactory.create(
            subscriber__address=address, newsletter=issue.newsletter, topic=issue.topic
        )
    return issue


def sending_to(addresses: Sequence[str], newsletter: Newsletter | None = None, **fields: Any) -> Issue:
    """Return an issue on its way to these addresses, with nothing sent yet."""
    return send_issue(issue_to(addresses, newsletter, **fields))


def readers(number: int, word: str = "reader") -> list[str]:
    return [f"{word}-{count:03}@example.org" for count in range(number)]


def states(issue: Issue) -> dict[str, str]:
    """Return the state of each delivery by the word before "-" in its address, the last one winning."""
    return dict(Delivery.objects.filter(issue=issue).values_list("subscriber__address", "state"))


def verdict(sink: SinkThread, issue: Issue) -> Verdict:
    issue.refresh_from_db()
    ledger = {address or f"erased {pk}": state for pk, address, state in _ledger(issue)}
    return judge(sink.book.accepted(), ledger, issue.candidate_count or 0)


def _ledger(issue: Issue) -> list[tuple[int, str | None, str]]:
    return list(Delivery.objects.filter(issue=issue).values_list("pk", "subscriber__address", "state"))


def mails(sink: SinkThread) -> list[EmailMessage]:
    """Return the messages the server took, parsed by the standard library, in order."""
    raw = [line["raw"].encode() for line in sink.book.lines("accepted")]
    return [message_from_bytes(data, policy=policy.default) for data in raw]  # type: ignore[misc]
