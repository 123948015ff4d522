"""Themes that were proposed from what readers wrote, until the author accepts or drops them."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .ballot import Ballot
from .poll import Poll


#: Whoever is at it for longer than this has been stopped.
GIVEN_UP_AFTER = timedelta(minutes=6)


class ThemeProposal(models.Model):
    """What was proposed for one poll, or is about to be; a poll has at most one."""

    class State(models.TextChoices):
        #: Asked for, and not made yet: ``started_at`` says whether somebody is at it.
        WAITING = "waiting", _("waiting")
        READY = "ready", _("ready")

    poll = models.OneToOneField(Poll, on_delete=models.CASCADE, related_name="theme_proposal")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    #: How many sentences it was made from.
    n = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("proposal of themes")
        verbose_name_plural = _("proposals of themes")

    def __str__(self) -> str:
        return f"{self.poll_id}, {self.state}"

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_given_up(self) -> bool:
        """Whether somebody began and was stopped; the log of that process says why."""
        return (
            not self.is_ready
            and self.started_at is not None
            and self.started_at < timezone.now() - GIVEN_UP_AFTER
        )


class ProposedTheme(models.Model):
    """One theme that is proposed; it becomes a Theme when the author accepts it."""

    proposal = models.ForeignKey(ThemeProposal, on_delete=models.CASCADE, related_name="themes")
    name = models.CharField(_("name"), max_length=100)
    sort_order = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("proposed theme")
        verbose_name_plural = _("proposed themes")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.name


class ProposedWords(models.Model):
    """The words on one ballot in a proposal: in one of its themes, or in none. The words themselves stay there."""

    proposal = models.ForeignKey(ThemeProposal, on_delete=models.CASCADE, related_name="words")
    theme = models.ForeignKey(
        ProposedTheme, null=True, blank=True, on_delete=models.SET_NULL, related_name="words"
    )
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="+")
    #: Words with the same number say nearly the same and are shown as one.
    line = models.PositiveIntegerField()
    #: The place within the theme: those nearest its middle first.
    rank = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("proposed words")
        verbose_name_plural = _("proposed words")
        ordering = ["rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "ballot"], name="onward_polls_proposed_words_once"),
        ]
        indexes = [
            models.Index(fields=["proposal", "line"], name="onward_polls_proposed_line"),
        ]

    def __str__(self) -> str:
        return str(self.ballot_id)
