"""The newsletter's rules: the books, the audience, the ledger."""

import hashlib
from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from onward_newsletter.actions.issues import issue_books
from onward_newsletter.models import (
    Delivery,
    DeliveryEvent,
    Issue,
    Outbox,
    Subscriber,
    Subscription,
    Suppression,
)
from onward_newsletter.models.sending import OPEN_STATES, SendingState

from .findings import Finding, facts_found, rows_found


#: A lease is two minutes; a row that is held so much longer was forgotten.
FORGOTTEN = timedelta(minutes=15)

#: What a provider says once about each mail that it took.
ACCEPTED = ("sent", "delivered")

DONE = (Issue.State.SUBMITTED, Issue.State.SUBMITTED_WITH_ERRORS)


def unbalanced_books() -> list[Finding]:
    """Candidates = submitted + failed + skipped + in doubt + open (reliability N2)."""
    prepared = Issue.objects.exclude(candidate_count=None)
    return facts_found(
        "books",
        "The books of an issue do not balance: people were left out, or counted twice.",
        (
            f"Issue {issue.pk}: {books.candidates} candidates, but {_accounted(books)} are accounted for"
            for issue in prepared
            if not (books := issue_books(issue)).is_balanced
        ),
    )


def _accounted(books: object) -> int:
    return sum(getattr(books, name) for name in ("submitted", "failed", "skipped", "in_doubt", "open"))


def submitted_with_open_rows() -> list[Finding]:
    """An issue that is called submitted has no row left to send."""
    still_open = Delivery.objects.filter(issue=OuterRef("pk"), state__in=OPEN_STATES)
    return rows_found(
        "open_rows",
        "An issue is called submitted while deliveries are still open.",
        Issue.objects.filter(Exists(still_open), state__in=DONE),
    )


def troubles_unsaid() -> list[Finding]:
    """An issue with failed or doubtful deliveries says so in its state."""
    troubled = Delivery.objects.filter(
        issue=OuterRef("pk"), state__in=(SendingState.FAILED, SendingState.IN_DOUBT)
    )
    issues = Issue.objects.filter(Exists(troubled), state=Issue.State.SUBMITTED)
    return rows_found(
        "troubles",
        "An issue is called submitted although deliveries failed or are in doubt.",
        issues,
        lambda: issues.update(state=Issue.State.SUBMITTED_WITH_ERRORS),
    )


def changed_snapshots() -> list[Finding]:
    """What was frozen when an issue was prepared is still what the issue holds."""
    frozen = Issue.objects.exclude(content_sha256="")
    return facts_found(
        "snapshots",
        "The content of an issue changed after it was frozen.",
        (f"Issue {issue.pk}" for issue in frozen.iterator() if _snapshot_hash(issue) != issue.content_sha256),
    )


def _snapshot_hash(issue: Issue) -> str:
    frozen = "\0".join((issue.subject, issue.from_header, issue.reply_to, issue.html, issue.text))
    return hashlib.sha256(frozen.encode()).hexdigest()


def forgotten_leases() -> list[Finding]:
    """A worker that holds a row for long has died; the pump takes such rows back, if one runs."""
    long_ago = timezone.now() - FORGOTTEN
    findings = []
    for model in (Delivery, Outbox):
        claimed = model.objects.filter(state=SendingState.CLAIMED, lease_until__lt=long_ago)
        begun = model.objects.filter(state=SendingState.SENDING, lease_until__lt=long_ago)
        findings += rows_found(
            "leases",
            "Rows are claimed by a worker that is gone. Is a worker running?",
            claimed,
            lambda rows=claimed: rows.update(state=SendingState.PENDING, claim_token=""),  # type: ignore[misc]
        )
        findings += rows_found(
            "leases",
            "Attempts began and were never recorded. Is a worker running?",
            begun,
            lambda rows=begun: rows.update(state=SendingState.IN_DOUBT),  # type: ignore[misc]
        )
    return findings


def unrecorded_submissions() -> list[Finding]:
    """A delivery that was submitted says when, and under which Message-ID."""
    return rows_found(
        "submissions",
        "Deliveries are called submitted, but the time or the Message-ID is missing.",
        Delivery.objects.filter(Q(submitted_at=None) | Q(message_id=""), state=SendingState.SUBMITTED),
    )


def repeated_acceptances() -> list[Finding]:
    """Nobody gets an issue twice: no provider accepted one twice for the same address (reliability N23)."""
    accepted = DeliveryEvent.objects.filter(type__in=ACCEPTED, delivery__isnull=False)
    mails = accepted.values("delivery__issue", "delivery__address_key", "provider", "type")
    return facts_found(
        "duplicates",
        "A provider accepted a delivery more than once.",
        (
            f'Issue {row["delivery__issue"]}: {row["times"]} times "{row["type"]}" from {row["provider"]} for one address'
            for row in mails.annotate(times=Count("pk")).filter(times__gt=1)
        ),
    )


def more_events_than_recipients() -> list[Finding]:
    """A provider reports no more mails of an issue than it has recipients (reliability N23)."""
    accepted = DeliveryEvent.objects.filter(type__in=ACCEPTED, delivery__isnull=False)
    issues = accepted.values("delivery__issue", "provider", "type").annotate(
        times=Count("pk"), people=F("delivery__issue__candidate_count")
    )
    return facts_found(
        "crowded_events",
        "A provider accepted more mails of an issue than it has recipients.",
        (
            f'Issue {row["delivery__issue"]}: {row["times"]} times "{row["type"]}" from {row["provider"]}'
            f" for {row['people'] or 0} recipients"
            for row in issues
            if row["times"] > (row["people"] or 0)
        ),
    )


def repeated_message_ids() -> list[Finding]:
    """A Message-ID belongs to one delivery."""
    shared = Delivery.objects.exclude(message_id="").values("message_id").annotate(times=Count("pk"))
    return facts_found(
        "message_ids",
        "Several deliveries carry the same Message-ID.",
        (
            f"{times} deliveries share one"
            for times in shared.filter(times__gt=1).values_list("times", flat=True)
        ),
    )


def subscriptions_without_consent() -> list[Finding]:
    """An active subscription was confirmed, and says what the person agreed to."""
    return rows_found(
        "consent",
        "Subscriptions are active although nobody confirmed them or the consent is missing.",
        Subscription.objects.filter(
            Q(confirmed_at=None) | Q(consent_text=""), state=Subscription.State.ACTIVE
        ),
    )


def suppressed_but_active() -> list[Finding]:
    """Nobody whose address is suppressed counts as active."""
    suppressed = Suppression.objects.filter(address_key=OuterRef("address_key"))
    people = Subscriber.objects.filter(Exists(suppressed), state=Subscriber.State.ACTIVE)
    return rows_found(
        "suppressed",
        "Subscribers count as active although their address must not be written to.",
        people,
        lambda: people.update(state=Subscriber.State.SUPPRESSED),
    )


def foreign_topics() -> list[Finding]:
    """A subscription to a topic is a subscription to that topic's newsletter."""
    return rows_found(
        "topics",
        "Subscriptions join a newsletter to another newsletter's topic.",
        Subscription.objects.exclude(topic=None).exclude(topic__newsletter=F("newsletter")),
    )
