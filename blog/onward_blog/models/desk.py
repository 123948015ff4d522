from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuthorDesk(models.Model):
    """What one author has seen of the desk, and of the morning mail."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="onward_desk"
    )
    #: When the author last marked the dashboard as seen, and the totals as they stood then, by page and column:
    #: {"12": {"answers": 40, …}}. What changed since is the difference, however long ago that was.
    seen_at = models.DateTimeField(null=True, blank=True)
    seen = models.JSONField(default=dict, blank=True)
    wants_mail = models.BooleanField(_("a mail in the morning when something came in"), default=True)
    #: The last morning, a day in the site's time zone, that was dealt with: by a mail, or as there was nothing to tell.
    looked_on = models.DateField(null=True, blank=True)
    #: The day of the last morning mail, and what was in it, so that the next one tells what has come since:
    #: {"totals": as in ``seen``, "decisions": [key, …]}.
    mailed_on = models.DateField(null=True, blank=True)
    mailed = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("author’s desk")
        verbose_name_plural = _("authors’ desks")

    def __str__(self) -> str:
        return str(self.user_id)
