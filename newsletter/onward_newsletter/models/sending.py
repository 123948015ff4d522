"""The one state machine of everything that leaves by mail: deliveries of issues, and the outbox."""

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _


Row = TypeVar("Row", bound=models.Model)


class SendingState(models.TextChoices):
    #: Waits for its turn, not before ``next_at``.
    PENDING = "pending", _("waiting")
    #: A worker holds it until ``lease_until``; nothing has been handed over.
    CLAIMED = "claimed", _("claimed")
    #: The attempt was stamped before DATA; its outcome is not known yet.
    SENDING = "sending", _("sending")
    #: A server or provider accepted it. Says nothing about arrival.
    SUBMITTED = "submitted", _("submitted")
    #: Refused for now; tried again at ``next_at``.
    DEFERRED = "deferred", _("deferred")
    #: Refused for good.
    FAILED = "failed", _("failed")
    #: Left out on purpose, with the reason.
    SKIPPED = "skipped", _("skipped")
    #: The attempt began and its answer was lost: perhaps accepted, perhaps not.
    IN_DOUBT = "in_doubt", _("in doubt")


#: From state to the states it may move to; anything else is a bug.
ALLOWED_MOVES: dict[SendingState, frozenset[SendingState]] = {
    SendingState.PENDING: frozenset({SendingState.CLAIMED, SendingState.SKIPPED}),
    SendingState.CLAIMED: frozenset(
        {
            SendingState.SENDING,
            SendingState.PENDING,
            SendingState.DEFERRED,
            SendingState.FAILED,
            SendingState.SKIPPED,
        }
    ),
    SendingState.SENDING: frozenset(
        {SendingState.SUBMITTED, SendingState.DEFERRED, SendingState.FAILED, SendingState.IN_DOUBT}
    ),
    SendingState.DEFERRED: frozenset({SendingState.CLAIMED, SendingState.FAILED, SendingState.SKIPPED}),
    SendingState.IN_DOUBT: frozenset({SendingState.SUBMITTED, SendingState.PENDING}),
    SendingState.SUBMITTED: frozenset(),
    SendingState.FAILED: frozenset(),
    SendingState.SKIPPED: frozenset(),
}

OPEN_STATES = frozenset(
    {SendingState.PENDING, SendingState.CLAIMED, SendingState.SENDING, SendingState.DEFERRED}
)


class SendingQuerySet(models.QuerySet[Row]):
    def open(self) -> Self:
        """Keep rows whose story is not over."""
        return self.filter(state__in=OPEN_STATES)

    def due(self, when: datetime | Combinable) -> Self:
        """Keep rows that a worker may claim: waiting and due, or claimed by a worker whose lease is over."""
        return self.filter(
            Q(state__in=(SendingState.PENDING, SendingState.DEFERRED), next_at__lte=when)
            | Q(state=SendingState.CLAIMED, lease_until__lt=when)
        )

    def abandoned(self, when: datetime | Combinable) -> Self:
        """Keep rows whose attempt began and whose worker never came back."""
        return self.filter(state=SendingState.SENDING, lease_until__lt=when)


class Sending(models.Model):
    """What a row needs to be claimed, stamped, submitted and accounted for."""

    state = models.CharField(_("state"), max_length=9, choices=SendingState, default=SendingState.PENDING)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("not before"))
    claim_token = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempted_at = models.DateTimeField(_("attempted at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=255, blank=True)

    #: Whether the Message-ID was made since the row was read, so that the stamp has to write it.
    has_new_message_id = False

    objects = SendingQuerySet.as_manager()

    class Meta:
        abstract = True
