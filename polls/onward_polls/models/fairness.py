"""What may be unfair about the answers to a poll: shown to the author, decided by the author, never silent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .ballot import Ballot
from .poll import Poll


#: Stands in the place of a network on the one flag of a poll for a burst from many networks.
MANY_NETWORKS = "many networks"


class NetworkKey(models.Model):
    """The secret that networks are hashed with on one day; deleted with the hashes it made."""

    day = models.DateField(unique=True)
    key = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("network key")
        verbose_name_plural = _("network keys")

    def __str__(self) -> str:
        return str(self.day)


class FairnessFlag(models.Model):
    """Ballots of one poll that came as ten thousand strangers would not: together, from one network or a set of them."""

    class Kind(models.TextChoices):
        BURST = "burst", _("many at once")
        CONCENTRATION = "concentration", _("many from one network")

    class Decision(models.TextChoices):
        OPEN = "open", _("not decided")
        COUNTED = "counted", _("counted")
        EXCLUDED = "excluded", _("set aside")

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="fairness_flags")
    kind = models.CharField(max_length=13, choices=Kind)
    #: The hash of the network, which means nothing once its day's key is gone, or MANY_NETWORKS; keeps a flag from
    #: being raised twice.
    network = models.CharField(max_length=64)
    ballots = models.ManyToManyField(Ballot, related_name="fairness_flags")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    found_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("fairness flag")
        verbose_name_plural = _("fairness flags")
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "kind", "network"], name="onward_polls_flag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.poll_id}"

    @property
    def is_spread(self) -> bool:
        """Whether its ballots came from many networks at once."""
        return self.network == MANY_NETWORKS
