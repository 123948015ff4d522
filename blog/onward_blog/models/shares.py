import secrets

import swapper
from django.db import models
from django.utils.translation import gettext_lazy as _


# Wagtail says so itself, but only when its models are imported, which may be after these.
swapper.set_app_prefix("wagtailcore", "wagtail")


def new_code() -> str:
    """Return a code of 8 characters for the end of a share link."""
    return secrets.token_urlsafe(6)


class ShareLink(models.Model):
    """The short code that links shared by one channel carry, so that arrivals can be counted."""

    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="onward_share_links",
    )
    channel = models.CharField(_("channel"), max_length=20)
    code = models.CharField(max_length=12, default=new_code, unique=True)

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        constraints = [
            models.UniqueConstraint(fields=["page", "channel"], name="onward_blog_share_link_per_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} by {self.channel}"


class ShareCount(models.Model):
    """How often one page was shared by one channel on one day, and how many arrived by it. No visitor data."""

    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="onward_share_counts",
    )
    channel = models.CharField(_("channel"), max_length=20)
    day = models.DateField(_("day"))
    clicks = models.PositiveIntegerField(_("share clicks"), default=0)
    arrivals = models.PositiveIntegerField(_("arrivals"), default=0)

    class Meta:
        verbose_name = _("share count")
        verbose_name_plural = _("share counts")
        constraints = [
            models.UniqueConstraint(
                fields=["page", "channel", "day"], name="onward_blog_share_count_per_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} by {self.channel} on {self.day}: {self.clicks}"
