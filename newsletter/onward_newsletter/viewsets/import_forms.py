"""What an editor says about a file of subscribers: where it goes, and then what it holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onward_newsletter.actions.import_jobs import ImportRefused, lay_in
from onward_newsletter.actions.notices import one_line
from onward_newsletter.importers import UnreadableFile
from onward_newsletter.models import Newsletter, SubscriberImport, Topic


#: The columns an editor may choose; a format may know further ones.
CHOSEN = {
    "address": gettext_lazy("Address"),
    "asked_at": gettext_lazy("When they signed up"),
    "confirmed_at": gettext_lazy("When they confirmed"),
    "consent_text": gettext_lazy("What each agreed to"),
}


class UploadForm(forms.Form):
    """A file, and the newsletter or topic it goes to. ``instance`` is the import that saving made."""

    newsletter = forms.ModelChoiceField(Newsletter.objects.all(), label=gettext_lazy("Newsletter"))
    topic = forms.ModelChoiceField(
        Topic.objects.filter(ended_at=None),
        label=gettext_lazy("Topic"),
        required=False,
        help_text=gettext_lazy("Leave empty for people who want everything."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV with a column of addresses. Files of Substack, Ghost, Mailchimp, listmonk and Onward are read as "
            "they are. Nothing is imported until you have looked at it."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    def __init__(self, *args: Any, instance: Any = None, for_user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance = instance or SubscriberImport()
        self.user = for_user
        if not self.is_bound and Newsletter.objects.count() == 1:
            self.fields["newsletter"].initial = Newsletter.objects.get()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            upload = cleaned["file"]
            try:
                self.instance = lay_in(
                    cleaned["newsletter"], cleaned["topic"], one_line(upload.name), upload.read(), self.user
                )
            except (UnreadableFile, ImportRefused) as error:
                self.add_error("file", str(error))
        return cleaned

    def save(self, commit: bool = True) -> SubscriberImport:
        """Return the import, which checking the file has laid in."""
        return self.instance


class ChooseForm(forms.Form):
    """What the columns of one file hold, and whether its people agreed."""

    is_confirmed = forms.BooleanField(
        label=gettext_lazy("They have agreed to this newsletter already"),
        required=False,
        help_text=gettext_lazy(
            "They come in as active. Leave it empty, and each is asked by mail to confirm."
        ),
    )
    consent_text = forms.CharField(
        label=gettext_lazy("What they agreed to"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("The sentence that stood at the sign-up, kept with each of them."),
    )
    keeps_out = forms.BooleanField(
        label=gettext_lazy("Keep out who left or bounced before"),
        required=False,
        help_text=gettext_lazy(
            "A hash of the address is kept, so that no later import brings it back. Who left or bounced can come back "
            "by confirming; who complained or was blocked cannot."
        ),
    )

    def __init__(self, headings: list[str], job: SubscriberImport, data: Any = None) -> None:
        self.job = job
        initial = {name: getattr(job, name) for name in ("is_confirmed", "consent_text", "keeps_out")}
        super().__init__(data, initial=initial)
        choices = [(heading, heading) for heading in dict.fromkeys(headings)]
        for what, label in CHOSEN.items():
            self.fields[f"column_{what}"] = forms.ChoiceField(
                label=label,
                required=what == "address",
                choices=[("", _("no column")), *choices],
                initial=job.columns.get(what, ""),
            )
        self.order_fields(
            [*(f"column_{what}" for what in CHOSEN), "is_confirmed", "consent_text", "keeps_out"]
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("is_confirmed") and not cleaned.get("consent_text"):
            self.add_error("consent_text", _("Say what the owners of the addresses agreed to."))
        return cleaned

    def choices(self) -> dict[str, Any]:
        """Return the arguments of ``choose``."""
        chosen = {what: self.cleaned_data[f"column_{what}"] for what in CHOSEN}
        columns = {**self.job.columns, **chosen}
        return {
            "columns": {what: heading for what, heading in columns.items() if heading},
            "consent": one_line(self.cleaned_data["consent_text"])
            if self.cleaned_data["is_confirmed"]
            else "",
            "keeps_out": self.cleaned_data["keeps_out"],
        }
