"""A few first: which deliveries of an issue go ahead of the others, and how it went with them (Issue.small_first).

The few are those with the lowest tokens. Tokens are random and never change, so every worker, and a worker after a
crash, finds the same few, and nothing about a person decides who is one of them.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from .clock import database_now
from .conf import get_settings
from .models import Delivery, DeliveryEvent, Issue, SendingState


#: The few are this share of the audience, and at least so many.
SHARE, AT_LEAST = 0.01, 50

#: Above these shares of the few the issue stops.
TOO_MANY_LOST, TOO_MANY_COMPLAINTS = 0.02, 0.001

#: What providers and returned mail call a message that did not arrive; the words are Anymail's.
LOST_EVENTS = ("bounced", "rejected", "failed")
COMPLAINED = "complained"

#: A row that is deferred may wait for hours; the others are not kept waiting for it.
NOT_TRIED = (SendingState.PENDING, SendingState.CLAIMED, SendingState.SENDING)

State = Issue.State


@dataclass(frozen=True)
class FewFirst:
    """How it stands with the few: how many they are, and how many were tried, were lost, and complained."""

    size: int
    tried: int
    lost: int
    complaints: int

    @property
    def is_through(self) -> bool:
        """Whether every one of them was tried."""
        return self.tried == self.size

    @property
    def is_too_bad(self) -> bool:
        """Whether the others had better not get it."""
        return self.lost > TOO_MANY_LOST * self.size or self.complaints > TOO_MANY_COMPLAINTS * self.size


def size_of(issue: Issue) -> int:
    """Return how many go first; 0 when the audience is too small for there to be others."""
    audience = issue.candidate_count or 0
    size = max(AT_LEAST, round(SHARE * audience))
    return size if size < audience else 0


def few_of(issue: Issue) -> list[int]:
    """Return the primary keys of the deliveries that go first."""
    rows = Delivery.objects.filter(issue=issue.pk).order_by("token")
    return list(rows.values_list("pk", flat=True)[: size_of(issue)])


def is_watched(issue: Issue) -> bool:
    """Tell whether only the few may leave, as the database says now."""
    return Issue.objects.filter(pk=issue.pk, small_first=True).exists()


def look_at(issue: Issue) -> FewFirst:
    """Return how it stands with the few, from their rows and from what came back."""
    few = few_of(issue)
    rows = Delivery.objects.filter(pk__in=few)
    events = DeliveryEvent.objects.filter(delivery__in=few)
    lost = Q(state=SendingState.FAILED) | Q(events__type__in=LOST_EVENTS)
    return FewFirst(
        size=len(few),
        tried=rows.exclude(state__in=NOT_TRIED).count(),
        lost=rows.filter(lost).distinct().count(),
        complaints=events.filter(type=COMPLAINED).values("delivery").distinct().count(),
    )


def begin_to_wait(issue: Issue) -> bool:
    """Let the others wait from now on, when the few are through; return whether this call did it."""
    until = database_now() + timedelta(minutes=get_settings().FEW_FIRST_MINUTES)
    waiting = Issue.objects.filter(pk=issue.pk, state=State.SENDING, small_first=True, few_first_until=None)
    return waiting.update(few_first_until=until) == 1


def let_the_others_go(issue: Issue) -> bool:
    """End the wait; return whether this call did it. From here on the issue is sent like any other."""
    watched = Issue.objects.filter(pk=issue.pk, state=State.SENDING, small_first=True)
    return watched.update(small_first=False) == 1


def count_due() -> int:
    """Return how many of the few of all issues under way may be claimed now."""
    watched = Issue.objects.filter(state=State.SENDING, small_first=True)
    few = (Delivery.objects.filter(pk__in=few_of(issue)) for issue in watched)
    return sum(rows.due(Now()).count() for rows in few)
