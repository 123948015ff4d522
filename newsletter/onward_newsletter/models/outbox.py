from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .sending import Sending, SendingState


class Outbox(Sending):
    """One transactional mail, a confirmation or a notice, in a lane of its own."""

    #: What the mail is for, for example "confirm_subscription"; limits and reports count by it.
    purpose = models.CharField(max_length=50)
    #: Set when the same notice must not go twice, for example "told:roundup:7:…".
    key = models.CharField(max_length=255, null=True, blank=True, unique=True)
    address = models.EmailField()
    address_key = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    #: Extra headers by name, for example List-Unsubscribe.
    headers = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("outbox mail")
        verbose_name_plural = _("outbox")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=SendingState.SENDING) | ~Q(claim_token=""),
                name="onward_newsletter_outbox_sending_has_token",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_at", "id"], name="onward_newsletter_outbox_due"),
            models.Index(
                fields=["address_key", "purpose", "created_at"], name="onward_newsletter_outbox_lim"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"
