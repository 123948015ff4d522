"""How an author sorts what readers wrote."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .ballot import Ballot
from .poll import Poll


class Theme(models.Model):
    """A name for what several readers wrote about the same thing."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="themes")
    name = models.CharField(_("name"), max_length=100)
    sort_order = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "name"], name="onward_polls_theme_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class WordsNote(models.Model):
    """What the author noted about the words on one ballot; readers never see it."""

    ballot = models.OneToOneField(Ballot, on_delete=models.CASCADE, related_name="words_note")
    theme = models.ForeignKey(
        Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="words_notes"
    )
    starred = models.BooleanField(default=False)
    #: When the reader was asked by mail whether the words may be quoted; asked once.
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("note on words")
        verbose_name_plural = _("notes on words")

    def __str__(self) -> str:
        return str(self.ballot_id)
