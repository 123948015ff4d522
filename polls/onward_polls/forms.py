"""The editor's form for a poll: what may still be changed once readers have answered."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from .models import Option, Poll


#: What decides how a ballot is to be read, and so may not change under ballots already cast.
LOCKED_BY_BALLOTS = ("kind", "min_votes", "max_votes")


class PollForm(WagtailAdminModelForm):
    """Editing a poll never loses or reinterprets a vote."""

    def clean(self) -> dict[str, Any]:
        """Refuse what would change the meaning of ballots, and polls that nobody could answer."""
        cleaned: dict[str, Any] = super().clean()
        self._keep_meaning()
        self._check_times(cleaned)
        self._check_limits(cleaned)
        if cleaned.get("kind") != Poll.Kind.WORDS and self._offered() < 2:
            self.add_error(None, ValidationError(_("A poll needs at least two options to choose from.")))
        return cleaned

    def _keep_meaning(self) -> None:
        if self.ballot_count:
            for name in LOCKED_BY_BALLOTS:
                if name in self.changed_data:
                    self.add_error(
                        name,
                        _(
                            "Readers have answered already, so this can no longer be changed. Copy the poll instead."
                        ),
                    )

    def _check_times(self, cleaned: dict[str, Any]) -> None:
        opens_at, closes_at = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", _("The poll must close after it opens."))

    def _check_limits(self, cleaned: dict[str, Any]) -> None:
        least, most = cleaned.get("min_votes"), cleaned.get("max_votes")
        if least and most and most < least:
            self.add_error("max_votes", _("This must not be less than “at least”."))

    def _offered(self) -> int:
        forms = self.formsets["options"].forms
        return sum(
            1
            for form in forms
            if form.is_valid()
            and form.cleaned_data.get("text")
            and not form.cleaned_data.get("DELETE")
            and not form.instance.retired_at
        )

    @property
    def ballot_count(self) -> int:
        """How many ballots, counted or withdrawn, this poll holds."""
        return self.instance.ballots.count() if self.instance.pk else 0

    def save(self, commit: bool = True) -> Poll:
        """Note on the options what readers should know: a changed wording, a late addition."""
        before = self.ballot_count
        for form in self.formsets["options"].forms:
            self._note_history(form.instance, text_changed="text" in form.changed_data, ballots_before=before)
        poll: Poll = super().save(commit=commit)
        return poll

    @staticmethod
    def _note_history(option: Option, *, text_changed: bool, ballots_before: int) -> None:
        if option._state.adding:
            option.added_after_votes = ballots_before or None
        elif text_changed and option.votes.exists():
            option.edited_at = timezone.now()
