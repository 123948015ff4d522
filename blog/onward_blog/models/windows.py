import swapper
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


# Wagtail says so itself, but only when its models are imported, which may be after these.
swapper.set_app_prefix("wagtailcore", "wagtail")


class ResponseWindow(models.Model):
    """What readers did with one article, or with a whole series, in one window of time that is over.

    A day without a window is one in which nothing came in, so the sums over the windows are the totals. A window is
    written once, when nothing more can come into it, and never changes: what a reader takes back later stays in it.
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


class WindowMark(models.Model):
    """Up to where the windows of one page are written; what lies before is never counted again.

    A day in which nothing happened has no window, so the last window does not say it.
    """

    page = models.OneToOneField(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="onward_window_mark",
    )
    #: The first day; its window holds whatever came before it too.
    began = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("window mark")
        verbose_name_plural = _("window marks")

    def __str__(self) -> str:
        return f"{self.page_id} up to {self.until:%Y-%m-%d}"
