"""Deliveries whose answer was lost: an editor decides, because nobody else can know."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from onward_newsletter import doorbell
from onward_newsletter.clock import database_now
from onward_newsletter.models import Delivery, Issue, SendingState


State = Issue.State


def resend_in_doubt(deliveries: Iterable[Delivery]) -> int:
    """Send deliveries in doubt again, which may reach some people twice; return how many.

    An issue that was through is being sent again; the Message-ID stays, so that a receiver can recognise the pair.
    """

    def reopen(issue: Issue, rows: QuerySet[Delivery]) -> int:
        if issue.state == State.CANCELLED:
            return 0
        if issue.state == State.SUBMITTED_WITH_ERRORS:
            issue.state, issue.finished_at = State.SENDING, None
            issue.save(update_fields=["state", "finished_at"])
        return rows.update(state=SendingState.PENDING, next_at=database_now(), reason="", claim_token="")

    number = _decide(deliveries, reopen)
    if number:
        doorbell.ring()
    return number


def settle_in_doubt(deliveries: Iterable[Delivery]) -> int:
    """Record that deliveries in doubt did arrive, as their receiver or provider said; return how many."""

    def accept(issue: Issue, rows: QuerySet[Delivery]) -> int:
        number = rows.update(state=SendingState.SUBMITTED, submitted_at=timezone.now(), reason="")
        troubled = Delivery.objects.filter(
            issue=issue, state__in=(SendingState.FAILED, SendingState.IN_DOUBT)
        )
        if issue.state == State.SUBMITTED_WITH_ERRORS and not troubled.exists():
            issue.state = State.SUBMITTED
            issue.save(update_fields=["state"])
        return number

    return _decide(deliveries, accept)


def _decide(deliveries: Iterable[Delivery], decide: Callable[[Issue, QuerySet[Delivery]], int]) -> int:
    by_issue: dict[int, list[int]] = {}
    for delivery in deliveries:
        by_issue.setdefault(delivery.issue_id, []).append(delivery.pk)
    return sum(_decide_for(issue, pks, decide) for issue, pks in by_issue.items())


@transaction.atomic
def _decide_for(issue_pk: int, pks: list[int], decide: Callable[[Issue, QuerySet[Delivery]], int]) -> int:
    """Lock the issue first, as closing its books does, so that neither overlooks the other."""
    issue = Issue.objects.select_for_update().get(pk=issue_pk)
    return decide(issue, Delivery.objects.filter(pk__in=pks, issue=issue, state=SendingState.IN_DOUBT))
