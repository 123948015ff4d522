from django.db import models
from django.utils.translation import gettext_lazy as _


class Lane(models.Model):
    """What all workers share about one way out: when the next message may leave, and whether the way rests.

    Names: "relay" is the mail server for everything; "newsletter:<id>" is one newsletter's rate, with ":out" for what
    has been asked for and leaves.
    """

    name = models.CharField(max_length=50, unique=True)
    #: When the next message may leave, for a lane with a rate.
    free_at = models.DateTimeField(null=True, blank=True)
    #: Nobody tries before this time, because the server was away or refused everything.
    rests_until = models.DateTimeField(null=True, blank=True)
    #: Failures in a row; the rest grows with them.
    setbacks = models.PositiveSmallIntegerField(default=0)
    #: The day (UTC) that ``day_count`` counts the messages of, for a lane with a daily limit.
    day = models.DateField(null=True, blank=True)
    day_count = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")

    def __str__(self) -> str:
        return self.name
