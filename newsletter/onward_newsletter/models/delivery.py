from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .issue import Issue
from .outbox import Outbox
from .sending import Sending, SendingState
from .subscriber import Subscriber, Subscription, new_token


class Delivery(Sending):
    """One issue to one subscriber: a line of the sending ledger."""

    # Every move of a row writes into each index there is, so no index repeats the beginning of another.
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    subscriber = models.ForeignKey(
        Subscriber,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="deliveries",
        db_index=False,
    )
    #: The subscription that put the subscriber into the audience; the unsubscribe link ends it.
    subscription = models.ForeignKey(
        Subscription, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    address_key = models.CharField(max_length=64, editable=False)
    #: Opaque, in every link of this mail: /u/<token> and /v/<token>/<option>.
    token = models.CharField(max_length=22, default=new_token, editable=False)
    #: What differs between recipients, by slot name, for example {"personal_line": "In Part 1 you chose …"}.
    slots = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "issue"], name="onward_newsletter_delivery_once"),
            models.UniqueConstraint(
                fields=["issue", "address_key"], name="onward_newsletter_delivery_address_once"
            ),
            # Not unique=True, which on PostgreSQL brings a second index, to search by the beginning of a token.
            models.UniqueConstraint(fields=["token"], name="onward_newsletter_delivery_token"),
            models.CheckConstraint(
                condition=~Q(state=SendingState.SENDING) | ~Q(claim_token=""),
                name="onward_newsletter_delivery_sending_has_token",
            ),
        ]
        indexes = [
            models.Index(fields=["issue", "state", "next_at", "id"], name="onward_newsletter_to_claim"),
            models.Index(fields=["message_id"], name="onward_newsletter_by_msgid"),
            # Few rows at any time: what is under way, to find that whose worker died.
            models.Index(
                fields=["lease_until"],
                condition=Q(state=SendingState.SENDING),
                name="onward_newsletter_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} → {self.subscriber_id}"


EVENTS_IN_WORDS = {
    "queued": _("taken by the provider"),
    "sent": _("sent on"),
    "deferred": _("delayed"),
    "delivered": _("delivered"),
    "bounced": _("came back: the address takes no mail"),
    "soft_bounced": _("came back, but may arrive another time"),
    "rejected": _("refused by the provider"),
    "failed": _("not sent by the provider"),
    "complained": _("marked as spam"),
    "unsubscribed": _("unsubscribed at the provider"),
}


class DeliveryEvent(models.Model):
    """What a provider or a returned mail said about a delivery.

    The types are Anymail's, and "soft_bounced" for a bounce that may pass.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, null=True, related_name="events")
    #: Set instead of ``delivery`` when the mail was no issue.
    outbox = models.ForeignKey(Outbox, on_delete=models.CASCADE, null=True, related_name="events")
    provider = models.CharField(max_length=50)
    event_id = models.CharField(max_length=255)
    type = models.CharField(max_length=20)
    occurred_at = models.DateTimeField()
    detail = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="onward_newsletter_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.type}"

    def in_words(self) -> str:
        """Return the type for an editor's eyes."""
        return str(EVENTS_IN_WORDS.get(self.type, self.type))
