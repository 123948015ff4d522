"""What an author says when a poll is opened again."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateTimeInput

from .zone import zone_line


class ReopenForm(forms.Form):
    """Until when readers may answer this time."""

    closes_at = forms.DateTimeField(
        label=gettext_lazy("Closes at"), required=False, widget=AdminDateTimeInput()
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        help_text = _("Leave it empty to close the poll by hand. %(zone)s") % {"zone": zone_line()}
        self.fields["closes_at"].help_text = help_text

    def clean_closes_at(self) -> datetime | None:
        """Refuse a time that has passed, while the author can still see the field."""
        closes_at: datetime | None = self.cleaned_data["closes_at"]
        if closes_at and closes_at <= timezone.now():
            raise forms.ValidationError(_("This time has passed. Please choose one that lies ahead."))
        return closes_at
