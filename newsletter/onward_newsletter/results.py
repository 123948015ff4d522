"""What became of an issue, in numbers; each function is one query, however many deliveries there are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, Min, OuterRef, QuerySet
from django.db.models.functions import Left, TruncDay, TruncHour, TruncMinute, TruncSecond
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks

from .few_first import COMPLAINED, LOST_EVENTS
from .models import Delivery, DeliveryEvent, Issue, SendingState, Subscription


#: Finest step first: a step is taken when the whole time from first to last is no longer than so many of them.
STEPS = (
    (timedelta(seconds=1), TruncSecond),
    (timedelta(minutes=1), TruncMinute),
    (timedelta(hours=1), TruncHour),
    (timedelta(days=1), TruncDay),
)
MOST_STEPS = 120

#: So much of a server's reply says why: its code and its enhanced code (RFC 3463).
CODE_LENGTH = 9
CODE = re.compile(r"\d{3}([ -]\d\.\d{1,3}\.\d{1,3})?")
ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")

#: Reasons shown by themselves; the rest are one line.
MOST_REASONS = 8

EVENT_NAMES = {
    "delivered": gettext_lazy("Delivered, says the provider"),
    "bounced": gettext_lazy("Bounced"),
    "rejected": gettext_lazy("Rejected by the provider"),
    "failed": gettext_lazy("Failed at the provider"),
    "deferred": gettext_lazy("Delayed"),
    COMPLAINED: gettext_lazy("Marked as spam"),
    "unsubscribed": gettext_lazy("Unsubscribed at the provider"),
}

#: Why a delivery was left out; what a hook left out has a sentence of its own.
SKIP_NAMES = {
    "unsubscribed": gettext_lazy("Unsubscribed before their turn"),
    "suppressed": gettext_lazy("Addresses that must not be written to"),
    "erased": gettext_lazy("Asked to be erased"),
    "cancelled": gettext_lazy("The issue was cancelled"),
    "paused": gettext_lazy("Taking a break"),
}


@dataclass(frozen=True)
class Step:
    """So many in the time that began at ``begin``."""

    begin: datetime
    number: int


@dataclass(frozen=True)
class Line:
    """So many of something; ``url`` leads to them, or is ""."""

    label: str
    number: int
    url: str = ""


def without_addresses(reason: str) -> str:
    """Return a reason with every mail address in it taken out."""
    return ADDRESS.sub("…", reason)


def deliveries_by_state(issues: Iterable[Issue]) -> dict[int, dict[str, int]]:
    """Return {issue primary key: {state: deliveries}}, those without any left out.

    Counted anew each time, from an index alone: what is in doubt may move long after an issue was submitted.
    """
    rows = Delivery.objects.filter(issue__in=[issue.pk for issue in issues]).order_by()
    books: dict[int, dict[str, int]] = {}
    for issue, state, number in rows.values_list("issue", "state").annotate(number=Count("*")):
        books.setdefault(issue, {})[state] = number
    return books


def submitted_over_time(issue: Issue) -> list[Step]:
    """Return how many were submitted in each second, minute, hour or day, from the first to the last."""
    rows = Delivery.objects.filter(issue=issue.pk, state=SendingState.SUBMITTED, submitted_at__isnull=False)
    found = rows.aggregate(first=Min("submitted_at"), last=Max("submitted_at"))
    if found["first"] is None:
        return []
    length, truncate = _step_for(found["last"] - found["first"])
    counted = rows.order_by().values(begin=truncate("submitted_at")).annotate(number=Count("pk"))
    return _without_gaps({row["begin"]: row["number"] for row in counted}, length)


def _step_for(span: timedelta) -> tuple[timedelta, type[TruncSecond]]:
    return next((step for step in STEPS if span <= MOST_STEPS * step[0]), STEPS[-1])  # type: ignore[return-value]


def _without_gaps(found: dict[datetime, int], length: timedelta) -> list[Step]:
    """Return the steps in order, with those between in which nothing happened, unless they are days over months."""
    begins = sorted(found)
    number = (begins[-1] - begins[0]) // length + 1
    if number > 2 * MOST_STEPS:
        return [Step(begin, found[begin]) for begin in begins]
    every = [timezone.localtime(begins[0] + place * length) for place in range(number)]
    return [Step(begin, found.get(begin, 0)) for begin in sorted({*every, *begins})]


def failures_by_reason(issue: Issue) -> list[Line]:
    """Return how many failed for each reason, most first: by the server's code, never with an address."""
    rows = Delivery.objects.filter(issue=issue.pk, state=SendingState.FAILED).order_by()
    found = rows.values(code=Left("reason", CODE_LENGTH)).annotate(number=Count("pk"), example=Min("reason"))
    counts: dict[str, int] = {}
    for row in found.order_by("-number", "code"):
        label = _name_of(row["code"], row["example"])
        counts[label] = counts.get(label, 0) + row["number"]
    return _most_of([Line(label, number) for label, number in counts.items()])


def _most_of(lines: list[Line]) -> list[Line]:
    others = sum(line.number for line in lines[MOST_REASONS:])
    return lines[:MOST_REASONS] + ([Line(_("Other reasons"), others)] if others else [])


def _name_of(code: str, example: str) -> str:
    match = CODE.match(code)
    return match[0] if match else without_addresses(example)[:80] or _("No reason was given")


def skipped_by_reason(issue: Issue) -> list[Line]:
    """Return how many were left out on purpose for each reason, most first, never with an address."""
    rows = Delivery.objects.filter(issue=issue.pk, state=SendingState.SKIPPED).order_by()
    found = rows.values_list("reason").annotate(number=Count("pk")).order_by("-number", "reason")
    return _most_of(
        [Line(str(SKIP_NAMES.get(reason, without_addresses(reason))), number) for reason, number in found]
    )


def unsubscribed_after(issue: Issue) -> int:
    """Return how many ended the subscription that brought the issue, after it and before the next one it brought."""
    mine = Delivery.objects.filter(
        issue=issue.pk,
        subscription__state=Subscription.State.ENDED,
        subscription__end_reason=Subscription.EndReason.UNSUBSCRIBED,
        subscription__ended_at__gte=F("submitted_at"),
    )
    later = Delivery.objects.filter(
        subscription=OuterRef("subscription"),
        submitted_at__gt=OuterRef("submitted_at"),
        submitted_at__lte=OuterRef("subscription__ended_at"),
    )
    return mine.filter(~Exists(later)).count()


def came_back(issue: Issue) -> list[Line]:
    """Return for how many deliveries providers and returned mails said what, by what they said."""
    events = DeliveryEvent.objects.filter(delivery__issue=issue.pk).order_by()
    found = dict(events.values_list("type").annotate(Count("delivery", distinct=True)))
    shown = {**dict.fromkeys((*LOST_EVENTS[:1], COMPLAINED), 0), **found}
    return [Line(str(EVENT_NAMES.get(type, type)), number) for type, number in shown.items()]


def outcomes(issue: Issue) -> list[Line]:
    """Ask the hook ``onward_newsletter_issue_outcomes`` what came of the issue elsewhere.

    Each function gets the issue and returns a list of (label, number, URL or "").
    """
    answers = (fn(issue) for fn in hooks.get_hooks("onward_newsletter_issue_outcomes"))
    return [Line(str(label), number, url) for lines in answers for label, number, url in lines]


def troubled(issue: Issue, state: str) -> QuerySet[Delivery]:
    """Return the deliveries of an issue in one state, oldest first, with their subscribers."""
    return Delivery.objects.filter(issue=issue.pk, state=state).select_related("subscriber").order_by("pk")
