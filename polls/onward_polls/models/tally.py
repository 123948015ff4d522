"""Counters derived from ballots, kept outside every revisioned model."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .poll import Option, Poll


#: Stands in the place of a door for the ballots that are set aside.
EXCLUDED = "excluded"


class Tally(models.Model):
    """How often an option was marked through one door; option None counts the ballots themselves.

    A row with the door EXCLUDED counts the ballots that are set aside; those have no votes here.
    Derived from ballots and votes, kept outside every revisioned model, and rebuilt by ``rebuild_tallies``.
    """

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="tallies")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, null=True, related_name="tallies")
    #: A value of Ballot.Door, or EXCLUDED.
    door = models.CharField(max_length=8)
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
    #: A value of Ballot.Door, or EXCLUDED.
    door = models.CharField(max_length=8)
    delta = models.SmallIntegerField()

    class Meta:
        verbose_name = _("tally delta")
        verbose_name_plural = _("tally deltas")

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.option_id}/{self.door}: {self.delta:+d}"


class Breakdown(models.Model):
    """What is counted less often than every minute: answers by day, by role, and who moved since the last time.

    Derived like Tally; ``refresh_breakdown`` writes it.
    """

    poll = models.OneToOneField(Poll, on_delete=models.CASCADE, related_name="breakdown")
    computed_at = models.DateTimeField()
    #: How long computing it took, in milliseconds: the longer, the less often it is done.
    took = models.PositiveIntegerField()
    #: [[ISO 8601 date, ballots]]
    by_day = models.JSONField(default=list)
    #: [[role, option uuid, ballots]], roles as the readers gave them, cells of any size: never shown as it is.
    by_role = models.JSONField(default=list)
    #: [[earlier option uuid, option uuid, readers]] of those who answered both polls.
    moves = models.JSONField(default=list)

    class Meta:
        verbose_name = _("breakdown")
        verbose_name_plural = _("breakdowns")

    def __str__(self) -> str:
        return f"{self.poll_id} at {self.computed_at}"
