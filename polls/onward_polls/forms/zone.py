"""Which clock the times in a form are read by."""

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _


def zone_line() -> str:
    """Return the time zone of whoever looks at the form, with the time there."""
    return _("Time zone: %(zone)s, where it is %(now)s now.") % {
        "zone": timezone.get_current_timezone_name(),
        "now": time_format(timezone.localtime()),
    }
