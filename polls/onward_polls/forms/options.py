"""The rows of options in the editor's form."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms import WagtailAdminModelForm

from onward_polls.models import Option, Poll, plain_text
from onward_polls.tally import read_tally


class OptionForm(WagtailAdminModelForm):
    """One option: its text, its picture, and the earlier option it stands for."""

    put_back = forms.BooleanField(label=_("Offer it again"), required=False)

    def __init__(self, *args: Any, earlier: list[Option], counts: dict[UUID, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: How many votes the option has.
        self.votes = counts.get(self.instance.uuid, 0)
        if self.instance.retired_at is None:
            del self.fields["put_back"]
        if "follows" in self.fields:
            self._limit_to(earlier)

    def _limit_to(self, earlier: list[Option]) -> None:
        """Let only options of the earlier poll be chosen; the list is read once for all rows."""
        if not earlier:
            del self.fields["follows"]
            return
        field = self.fields["follows"]
        field.queryset = Option.objects.filter(pk__in=[option.pk for option in earlier])
        field.choices = [("", _("Nothing"))] + [(option.pk, option.text) for option in earlier]

    @property
    def is_filled(self) -> bool:
        """Whether the row holds an option that stays."""
        return bool(self.is_valid() and self.cleaned_data.get("text") and not self.cleaned_data.get("DELETE"))

    @property
    def is_offered(self) -> bool:
        """Whether readers may mark the option once the form is saved."""
        if not self.is_filled:
            return False
        return self.instance.retired_at is None or bool(self.cleaned_data.get("put_back"))

    @property
    def plain(self) -> str:
        """The text as it is compared; only of a row that is filled."""
        return plain_text(self.cleaned_data["text"])


class OptionFormSet(BaseChildFormSet):
    """The rows of options, without "other", which has a field of its own."""

    def __init__(self, data: Any = None, files: Any = None, instance: Any = None, **kwargs: Any) -> None:
        rows = getattr(instance, "options", None)
        kwargs.setdefault("queryset", rows.filter(is_other=False) if rows else Option.objects.none())
        super().__init__(data, files, instance=instance, **kwargs)
        self.earlier = _options_of(self._earlier_poll())
        self.counts = _counts(self.instance)

    def _construct_form(self, i: int, **kwargs: Any) -> OptionForm:
        try:
            form: OptionForm = super()._construct_form(i, **kwargs)
        except (ValidationError, KeyError) as error:
            raise SuspiciousOperation(f"Row {i} of the options names no option.") from error
        return form

    def _earlier_poll(self) -> int | None:
        """Return the poll that is followed: the one just chosen, while that may be chosen at all."""
        sent = self.data.get("follows") if self.is_bound else None
        is_fixed = self.instance.pk and self.instance.ballots.exists()
        if sent is None or is_fixed:
            current: int | None = self.instance.follows_id
            return current
        return int(sent) if sent.isdecimal() and len(sent) < 19 else None

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "earlier": self.earlier, "counts": self.counts}

    @property
    def offered(self) -> list[OptionForm]:
        """The rows that readers may mark once the form is saved."""
        return [form for form in self.forms if form.is_offered]


def _counts(poll: Poll) -> dict[UUID, int]:
    return {line.option_uuid: line.count for line in read_tally(poll).lines} if poll.pk else {}


def _options_of(poll: int | None) -> list[Option]:
    if not poll:
        return []
    options = list(Option.objects.filter(poll=poll))
    return sorted(options, key=lambda option: (option.retired_at is not None, option.sort_order))


def current_other(poll: Poll) -> Option | None:
    """Return the option "other" a poll offers; None if it does not."""
    others = Option.objects.filter(poll_id=poll.pk, is_other=True, retired_at=None) if poll.pk else []
    return next(iter(others), None)
