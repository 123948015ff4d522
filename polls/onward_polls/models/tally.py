"""Counters derived from ballots, kept outside every revisioned model."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .ballot import Ballot
from .poll import Option, Poll


class Tally(models.Model):
    """How often an option was marked through one door; option None counts the ballots themselves.

    Derived from ballots and votes, kept outside every revisioned model, and rebuilt by ``rebuild_tallies``.
    """

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="tallies")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, null=True, related_name="tallies")
    door = models.CharField(max_length=5, choices=Ballot.Door)
    count = models.IntegerField(default=0)
    #: The span of the ballots counted so far; only where option is None.
    first_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "option", "door"],
                condition=Q(option__isnull=False),
                name="onward_polls_tally_per_option",
            ),
            models.UniqueConstraint(
                fields=["poll", "door"], condition=Q(option=None), name="onward_polls_tally_of_ballots"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.option_id}/{self.door}: {self.count}"


class TallyDelta(models.Model):
    """A change to a tally that is not folded in yet, so that no vote updates a row other votes want."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="tally_deltas")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, null=True, related_name="+")
    door = models.CharField(max_length=5, choices=Ballot.Door)
    delta = models.SmallIntegerField()

    class Meta:
        verbose_name = _("tally delta")
        verbose_name_plural = _("tally deltas")

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.option_id}/{self.door}: {self.delta:+d}"
