from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuthorDesk(models.Model):
    """What one author has seen of the desk, and of the morning mail."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="onward_desk"
    )
    #: When the dashboard was looked at last, and the time before that: what changed since is measured from it.
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_before = models.DateTimeField(null=True, blank=True)
    wants_mail = models.BooleanField(_("a mail in the morning when something came in"), default=True)
    #: The day of the last morning mail, in the site's time zone: one a day at most.
    mailed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("author’s desk")
        verbose_name_plural = _("authors’ desks")

    def __str__(self) -> str:
        return str(self.user_id)
