import swapper
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _


# Wagtail says so itself, but only when its models are imported, which may be after these.
swapper.set_app_prefix("wagtailcore", "wagtail")


class ResponseFold(models.Model):
    """What readers did with one article as of the last aggregation; derived, and made again at will."""

    page = models.OneToOneField(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="onward_response_fold",
    )
    #: {source slug: ResponseSummary as a dict, and "shown"}; see ``onward_blog.responses.base``.
    data = models.JSONField(default=dict)
    #: When ``data`` was last found to be another.
    folded_at = models.DateTimeField()
    #: What the sources said of the article in short when it was last folded, and when that was; see ``folding``.
    mark = models.CharField(max_length=64, blank=True, editable=False)
    visited_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("response fold")
        verbose_name_plural = _("response folds")

    def __str__(self) -> str:
        return f"{self.page_id} at {self.folded_at:%Y-%m-%d %H:%M}"


class Roundup(models.Model):
    """The frozen summary of what readers said about one article in one window of time."""

    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="onward_roundups",
    )
    page_title = models.CharField(max_length=255)
    #: The window is [since, until); since None means from the beginning.
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField()
    compiled_at = models.DateTimeField(auto_now_add=True)
    #: SHA-256 of ``data`` in canonical JSON: compiling the same window again finds this row.
    inputs_hash = models.CharField(max_length=64)
    #: The document described in ``onward_blog.responses.base``; never changed after it is written.
    data = models.JSONField()

    class Meta:
        verbose_name = _("roundup")
        verbose_name_plural = _("roundups")
        ordering = ["-compiled_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "inputs_hash"], name="onward_blog_roundup_once_per_inputs"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_title}, {self.until:%Y-%m-%d}"


class RoundupQuote(models.Model):
    """A reader's sentence as it stood when the roundup was made; withdrawing consent empties it."""

    roundup = models.ForeignKey(Roundup, on_delete=models.CASCADE, related_name="quotes")
    #: The response source and its own name for the answer: ("polls", ballot uuid), ("comments", comment id).
    source = models.CharField(max_length=30)
    source_key = models.CharField(max_length=64)
    words = models.TextField(blank=True)
    credit = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("roundup quote")
        verbose_name_plural = _("roundup quotes")
        constraints = [
            models.UniqueConstraint(
                fields=["roundup", "source", "source_key"], name="onward_blog_roundup_quote_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the sentence and who said it, which is how an author knows it again in the editor."""
        if self.withdrawn_at:
            day = date_format(timezone.localtime(self.withdrawn_at), "j F Y")
            return translate("A sentence that its reader took back on %(day)s") % {"day": day}
        words = f"“{Truncator(self.words).chars(160)}”"
        return f"{words} ({self.credit})" if self.credit else words


class RoundupUse(models.Model):
    """An article that used a roundup, and which answers it quoted."""

    roundup = models.ForeignKey(Roundup, on_delete=models.CASCADE, related_name="uses")
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="onward_roundup_uses",
    )
    quotes = models.ManyToManyField(RoundupQuote, blank=True, related_name="uses")
    published_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(_("readers told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("roundup use")
        verbose_name_plural = _("roundup uses")
        constraints = [
            models.UniqueConstraint(fields=["roundup", "page"], name="onward_blog_roundup_use_once_per_page"),
        ]

    def __str__(self) -> str:
        return f"{self.roundup_id} in {self.page_id}"
