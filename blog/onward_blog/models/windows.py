import swapper
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


# Wagtail says so itself, but only when its models are imported, which may be after these.
swapper.set_app_prefix("wagtailcore", "wagtail")


class ResponseWindow(models.Model):
    """What readers did with one article, or with a whole series, in one window of time that is over.

    Windows of a page follow each other without a gap, so their sums are the totals. A window is written once, when
    nothing more can come into it, and never changes; whatever comes later belongs to a later window.
    """

    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="onward_response_windows",
    )
    #: [since, until) by the database's clock, midnight to midnight in UTC.
    since = models.DateTimeField()
    until = models.DateTimeField()
    #: {"answers": 12, "words": 3, …}: whole numbers by column; see ``onward_blog.responses.windows``.
    numbers = models.JSONField(default=dict)
    #: SHA-256 of ``numbers`` in canonical JSON.
    sha256 = models.CharField(max_length=64)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("response window")
        verbose_name_plural = _("response windows")
        ordering = ["page", "since"]
        constraints = [
            models.UniqueConstraint(fields=["page", "since"], name="onward_blog_window_once"),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="onward_blog_window_goes_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} on {self.since:%Y-%m-%d}"
