from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .newsletter import Newsletter, Topic


class SubscriberImport(models.Model):
    """A file of addresses on its way into a newsletter: uploaded, looked at, then worked through by a worker."""

    class State(models.TextChoices):
        #: Uploaded; the editor chooses columns, and looks at what was found when it has been checked.
        DRAFT = "draft", _("draft")
        #: A worker looks through all rows and imports nothing; a draft again when it is through.
        CHECKING = "checking", _("being checked")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="imports")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="imports")
    file_name = models.CharField(max_length=255)
    #: The file as it was uploaded; emptied when the import is done, because it is full of addresses.
    content = models.BinaryField(default=bytes)
    #: Whose file it is: the key of a format in ``importers``.
    format = models.CharField(max_length=20, default="plain")
    #: {what: name of the column}
    columns = models.JSONField(default=dict)
    is_confirmed = models.BooleanField(_("they have agreed already"), default=False)
    consent_text = models.CharField(_("what they agreed to"), max_length=255, blank=True)
    #: Whether those who left or bounced elsewhere are remembered as suppressed, by a hash.
    keeps_out = models.BooleanField(_("keep out who left before"), default=False)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    reason = models.CharField(max_length=255, blank=True)
    total = models.PositiveIntegerField(default=0)
    #: Rows that have been looked at before the start, and rows that are in after it.
    done = models.PositiveIntegerField(default=0)
    #: {outcome: rows}
    counts = models.JSONField(default=dict)
    #: The rows that did not come in, as CSV: line, outcome, reason; without the addresses.
    report = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("import of subscribers")
        verbose_name_plural = _("imports of subscribers")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_checked(self) -> bool:
        """Whether it is a draft all of whose rows have been looked at."""
        return self.state == self.State.DRAFT and 0 < self.total == self.done
