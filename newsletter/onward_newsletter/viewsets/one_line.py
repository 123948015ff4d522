"""Forms whose short fields end up in the headers of mail."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from onward_newsletter.actions.notices import one_line


class OneLineForm(WagtailAdminModelForm):
    """Bring what was pasted into a one-line field onto one line: a subject or a name must not become a header."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.Textarea):
                cleaned[name] = one_line(cleaned.get(name) or "")
        return cleaned
