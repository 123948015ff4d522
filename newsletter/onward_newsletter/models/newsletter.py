from django.db import models
from django.utils.translation import gettext_lazy as _


class Newsletter(models.Model):
    """A publication one can subscribe to."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), unique=True)
    sender_name = models.CharField(_("sender's name"), max_length=100)
    sender_address = models.EmailField(_("sender's address"))
    reply_to = models.EmailField(_("reply-to address"), blank=True)
    description = models.CharField(_("what subscribers get"), max_length=255, blank=True)
    postal_address = models.CharField(_("postal address in the footer"), max_length=255, blank=True)
    rate_per_second = models.PositiveIntegerField(
        _("messages a second"),
        null=True,
        blank=True,
        help_text=_("Shared by all workers. Empty: as fast as the relay."),
    )
    rate_per_day = models.PositiveIntegerField(
        _("messages a day"),
        null=True,
        blank=True,
        help_text=_("What your provider allows in a day, counted in UTC. Empty: no limit."),
    )
    welcomes = models.BooleanField(
        _("send a welcome mail"),
        default=True,
        help_text=_("Once, to whoever has just confirmed; with the parts so far, for followers of a series."),
    )
    welcome_text = models.TextField(_("words of welcome"), blank=True)

    class Meta:
        verbose_name = _("newsletter")
        verbose_name_plural = _("newsletters")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """Something in a newsletter that can be followed on its own."""

    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="topics")
    name = models.CharField(_("name"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=255)
    #: What the topic stands for in the app that made it, for example "series:12". This app does not read it.
    key = models.CharField(max_length=100)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "key"], name="onward_newsletter_topic_key_once"),
            models.UniqueConstraint(fields=["newsletter", "slug"], name="onward_newsletter_topic_slug_once"),
        ]

    def __str__(self) -> str:
        return self.name
