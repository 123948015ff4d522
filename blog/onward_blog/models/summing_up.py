import swapper
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


# Wagtail says so itself, but only when its models are imported, which may be after these.
swapper.set_app_prefix("wagtailcore", "wagtail")


class SummingUp(models.Model):
    """The last part of a series, asked for and not begun: what readers said about each part is frozen first.

    The row is the queue: it is gone once the draft stands, or when the series goes on after all.
    """

    page = models.OneToOneField(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="onward_summing_up",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    #: {part id: id of its roundup, or None where nobody had answered}, as far as it has come.
    frozen = models.JSONField(default=dict, blank=True)
    #: Until when somebody has it to themselves; None: nobody has begun.
    taken_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("series to sum up")
        verbose_name_plural = _("series to sum up")

    def __str__(self) -> str:
        return f"{self.page_id}, {len(self.frozen)} parts frozen"
