"""Who is told of an article by its issue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .issues import issue_of
from .newsletter import first_newsletter, is_installed
from .people import subscriber_identity
from .topics import series_of, topic_of


def followers(page: Any, *, only: Sequence[str] = ()) -> dict[str, str]:
    """Return {address: identity} of everybody who gets the issues of this page's series; {} without the app.

    With ``only`` just of those among these addresses, in the one spelling.
    """
    if not is_installed() or (newsletter := first_newsletter()) is None:
        return {}
    from onward_newsletter.audience import audience
    from onward_newsletter.models import Issue

    series = series_of(page)
    topic = topic_of(series) if series else None
    issue = issue_of(page) or Issue(newsletter=newsletter, topic=topic)
    rows = audience(issue)
    if issue.pk is None and series and topic is None:
        rows = rows.filter(topic=None)  # nobody follows the series by itself yet
    rows = rows.filter(subscriber__address__in=only) if only else rows
    people = rows.values_list("subscriber__address", "subscriber__uuid").distinct()
    return {address: subscriber_identity(uuid) for address, uuid in people}


def told_by_issue(page: Any, *, only: Sequence[str] = ()) -> dict[str, str]:
    """Return {address: identity} of everybody who is told of the page by its issue; {} without the app.

    Before the issue is prepared these are the followers; then the people in its ledger who have it or still get it.
    With ``only`` just of those among these addresses, in the one spelling.
    """
    issue = issue_of(page)
    told = ledger_of(page, "pending", "claimed", "sending", "deferred", "in_doubt", "submitted", only=only)
    is_prepared = issue is not None and issue.deliveries.exists()
    return told if is_prepared else {**followers(page, only=only), **told}


def ledger_of(page: Any, *states: str, only: Sequence[str] = ()) -> dict[str, str]:
    """Return {address: identity} of those whose delivery of the page's issue is in one of these states.

    With ``only`` just of those among these addresses, in the one spelling.
    """
    if not is_installed():
        return {}
    from onward_newsletter.models import Delivery

    rows = Delivery.objects.filter(issue__page=page.pk, state__in=states, subscriber__isnull=False)
    rows = rows.filter(subscriber__address__in=only) if only else rows
    people = rows.values_list("subscriber__address", "subscriber__uuid")
    return {address: subscriber_identity(uuid) for address, uuid in people}


def subscriber_count(*, since: datetime) -> tuple[int, int] | None:
    """Return how many subscribers are active, and how many of them began since then; None without the app."""
    if not is_installed():
        return None
    from django.db.models import Count, Min, Q

    from onward_newsletter.models import Subscription

    people = Subscription.objects.active().values("subscriber").annotate(first=Min("confirmed_at"))
    counts = people.aggregate(n=Count("subscriber"), new=Count("subscriber", filter=Q(first__gte=since)))
    return counts["n"], counts["new"]
