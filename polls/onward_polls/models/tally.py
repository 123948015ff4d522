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
    #: The span of all ballots counted so far, through whichever door; only where option is None.
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
    """A change to a tally that is not folded in yet, so that no vote updates a row other votes want.

    Whoever writes one holds the poll's lock and stores the ballot in the same transaction, whose own keys are checked:
    checking the same poll and option once more for every count would cost as much as storing the ballot.
    """

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="tally_deltas", db_constraint=False)
    option = models.ForeignKey(
        Option, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
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

    Derived like Tally; ``refresh_breakdown`` writes it. Readers see nothing that is not stored here, so a page
    stays the same between two countings.
    """

    poll = models.OneToOneField(Poll, on_delete=models.CASCADE, related_name="breakdown")
    computed_at = models.DateTimeField()
    #: How long computing it took, in milliseconds: the longer, the less often it is done.
    took = models.PositiveIntegerField()
    #: What the tally said then, in one line: a breakdown is due again when it says something else.
    fingerprint = models.CharField(max_length=120, blank=True)
    #: How many readers saw the question, where a project knows; see the hook ``onward_polls_reach``.
    reach = models.PositiveIntegerField(null=True, blank=True)
    #: [[ISO 8601 date, ballots]]
    by_day = models.JSONField(default=list)
    #: [[role, option, ballots]] as readers may see it: small cells are merged already, under null.
    #: A role is "" where none was given; an option is its uuid, or for a scale "first uuid/last uuid", or where
    #: readers may give several answers also "" for all of the role.
    by_role = models.JSONField(default=list)
    #: When by_role was counted; it is replaced only when the step gives nobody away, see crosstable.
    by_role_at = models.DateTimeField(null=True, blank=True)
    #: For the author alone, every cell as it is: {"ballots": {role: ballots}, "votes": [[role, option pk, votes]]}.
    roles = models.JSONField(default=dict)
    #: [[earlier option uuid, option uuid, readers]] of those who answered both polls; small cells likewise.
    moves = models.JSONField(default=list)
    #: When moves were counted.
    moves_at = models.DateTimeField(null=True, blank=True)
    #: [[option uuid, ballots]]: how many had written in the earlier poll what this option now says.
    promoted = models.JSONField(default=list)
    #: [[Ballot.exclusion, ballots]] of those set aside.
    set_aside = models.JSONField(default=list)

    class Meta:
        verbose_name = _("breakdown")
        verbose_name_plural = _("breakdowns")

    def __str__(self) -> str:
        return f"{self.poll_id} at {self.computed_at}"
