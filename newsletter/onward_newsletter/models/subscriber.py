import secrets
import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .newsletter import Newsletter, Topic


def new_nonce() -> str:
    """Return 16 hexadecimal characters; a token that carries an older one is void."""
    return secrets.token_hex(8)


def new_token() -> str:
    """Return an opaque token of 22 characters (128 bits) for links in mail."""
    return secrets.token_urlsafe(16)


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def active(self) -> Self:
        return self.filter(state=Subscriber.State.ACTIVE)


class Subscriber(models.Model):
    """A person with an address. Being here is not being subscribed: see Subscription."""

    class State(models.TextChoices):
        #: May get the mail its subscriptions ask for.
        ACTIVE = "active", _("active")
        #: Bounced or complained; a Suppression says why.
        SUPPRESSED = "suppressed", _("suppressed")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Normalised by ``addresses.normalise_address``: trimmed, lower case, IDNA domain.
    address = models.EmailField(_("address"), unique=True)
    #: HMAC-SHA256 of the address with a key of its own, in hexadecimal.
    address_key = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    nonce = models.CharField(max_length=16, default=new_nonce, editable=False)
    #: No issue before this time, by the subscriber's own wish; subscriptions stay as they are.
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.address


class AddressChange(models.Model):
    """A subscriber's wish to get mail at another address; it counts once the owner of that address confirms."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="address_changes")
    address = models.EmailField()
    address_key = models.CharField(max_length=64)
    nonce = models.CharField(max_length=16, default=new_nonce, editable=False)
    requested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")
        constraints = [
            # A second wish replaces the first.
            models.UniqueConstraint(fields=["subscriber"], name="onward_newsletter_address_change_one"),
        ]

    def __str__(self) -> str:
        return str(self.subscriber_id)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> Self:
        return self.filter(state=Subscription.State.ACTIVE, subscriber__state=Subscriber.State.ACTIVE)

    def to_everything(self) -> Self:
        return self.filter(topic=None)


class Subscription(models.Model):
    """One subscriber's relation to one newsletter, or to one topic of it; topic None means everything."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for confirmation")
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")

    class EndReason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        BOUNCED = "bounced", _("the address does not take mail")
        COMPLAINED = "complained", _("marked as spam")
        TOPIC_ENDED = "topic_ended", _("the series ended")
        BY_EDITOR = "by_editor", _("ended by an editor")

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="subscriptions")
    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="subscriptions")
    topic = models.ForeignKey(
        Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PENDING)
    end_reason = models.CharField(_("reason"), max_length=12, choices=EndReason, blank=True)
    nonce = models.CharField(max_length=16, default=new_nonce, editable=False)
    requested_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    #: The consent record: what the person agreed to, where, and by which door. No network address.
    consent_text = models.CharField(_("consent"), max_length=255, blank=True)
    consent_page = models.CharField(_("asked on"), max_length=255, blank=True)
    source = models.CharField(_("source"), max_length=50, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "newsletter", "topic"],
                condition=Q(topic__isnull=False),
                name="onward_newsletter_subscription_per_topic",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "newsletter"],
                condition=Q(topic=None),
                name="onward_newsletter_subscription_to_all",
            ),
        ]
        indexes = [
            models.Index(fields=["newsletter", "topic", "state"], name="onward_newsletter_audience"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} → {self.topic or self.newsletter}"


class Suppression(models.Model):
    """An address we must not write to, kept as a hash so that it outlives the person's data."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("the address does not take mail")
        COMPLAINED = "complained", _("marked as spam")
        ERASED = "erased", _("asked to be erased")
        BY_EDITOR = "by_editor", _("by an editor")
        #: An import said so; only its owner brings the address back.
        LEFT = "left", _("had left before the move here")

    address_key = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=10, choices=Reason)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")

    def __str__(self) -> str:
        return self.address_key[:12]
