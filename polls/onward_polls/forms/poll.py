"""The editor's form for a poll: what may still be changed once readers have answered."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminAutoHeightTextInput

from onward_polls.desk.offering import (
    LONGEST_OPTION,
    MOST_OPTIONS,
    had_answered,
    match_earlier,
    offer,
    offer_other,
    stop_other,
    too_many,
)
from onward_polls.desk.rewording import keeping_wordings
from onward_polls.models import Option, Poll, plain_text

from .lines import points_of, read_lines
from .locks import differs, locks_of
from .options import OptionForm, OptionFormSet, current_other
from .zone import zone_line


#: What readers are offered beside the options, unless the author says it otherwise.
OTHER = gettext_lazy("Something else")

#: Which fields only polls of some kinds have; on others they are hidden, and what they hold is ignored.
ONLY_FOR = {
    "min_votes": ("multiple",),
    "max_votes": ("multiple",),
    "points": ("scale",),
    "low_label": ("scale",),
    "high_label": ("scale",),
    "paste": ("single", "multiple", "scale"),
    "offer_other": ("single", "multiple", "scale"),
    "shuffle": ("single", "multiple"),
}


class PollForm(WagtailAdminModelForm):
    """Editing a poll never loses or reinterprets a vote."""

    paste = forms.CharField(
        label=gettext_lazy("Paste options, one per line"),
        help_text=gettext_lazy(
            "They are added below the others when you save. Lines that are there already are left out."
        ),
        required=False,
        strip=False,
        max_length=20_000,
        widget=AdminAutoHeightTextInput(attrs={"rows": 3}),
    )
    points = forms.ChoiceField(
        label=gettext_lazy("Make the points of the scale"),
        choices=[
            ("", gettext_lazy("I write them myself")),
            ("1..5", gettext_lazy("1 to 5")),
            ("1..7", gettext_lazy("1 to 7")),
            ("0..10", gettext_lazy("0 to 10")),
        ],
        help_text=gettext_lazy("Others can be pasted as one line, for example 1..9."),
        required=False,
    )
    offer_other = forms.BooleanField(
        label=gettext_lazy("Offer “Other: what do you do instead?”"),
        help_text=gettext_lazy(
            "Readers who choose it may write what they do instead. It always stands last."
        ),
        required=False,
    )
    other_text = forms.CharField(
        label=gettext_lazy("What it says"), required=False, max_length=LONGEST_OPTION, initial=OTHER
    )

    class Media:
        js = ["onward_polls/admin_poll.js"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Whether saving changed the wording under ballots already cast.
        self.reworded = False
        self.locks = locks_of(self.instance)
        self._locked = {name: self.fields.pop(name) for name in self.locks if name in self.fields}
        other = current_other(self.instance)
        self.initial["offer_other"] = other is not None
        if other:
            self.initial["other_text"] = other.text
        for name in {"opens_at", "closes_at"} & set(self.fields):
            self.fields[name].help_text = zone_line()

    @property
    def rows(self) -> OptionFormSet:
        rows: OptionFormSet = self.formsets["options"]
        return rows

    @property
    def kind(self) -> str:
        return str(self.cleaned_data.get("kind") or self.instance.kind)

    @property
    def least(self) -> int:
        """How many options a reader must mark."""
        return int(self.cleaned_data.get("min_votes") or self.instance.min_votes)

    def clean(self) -> dict[str, Any]:
        """Refuse what would change the meaning of ballots, and polls that nobody could answer."""
        super().clean()
        self._keep_meaning()
        self._ignore_other_kinds()
        self._check_times()
        self._check_limits()
        self._check_follows()
        self._check_texts()
        self._check_options()
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned

    def _keep_meaning(self) -> None:
        for name, field in self._locked.items():
            if differs(self, name, field, self.initial.get(name)):
                lock = self.locks[name]
                self.add_error(None, f"{field.label}: {lock.reason} {lock.cure_label}.")

    def _ignore_other_kinds(self) -> None:
        """Forget what was typed into fields that polls of this kind do not have."""
        for name, kinds in ONLY_FOR.items():
            if name in self.fields and self.kind not in kinds:
                self._errors.pop(name, None)
                field = self.instance._meta.get_field(name) if hasattr(Poll, name) else None
                self.cleaned_data[name] = field.get_default() if field else ""

    def _check_times(self) -> None:
        opens_at, closes_at = self.cleaned_data.get("opens_at"), self.cleaned_data.get("closes_at")
        opens_at = opens_at or (self.instance.opens_at if "opens_at" in self._locked else None)
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", _("The poll must close after it opens."))
        elif closes_at and "closes_at" in self.changed_data and closes_at <= timezone.now():
            self.add_error(
                "closes_at",
                _("This time has passed. Choose one that lies ahead, or leave it empty and use “Close now”."),
            )

    def _check_limits(self) -> None:
        least, most = self.cleaned_data.get("min_votes"), self.cleaned_data.get("max_votes")
        if "min_votes" in self.fields and self.kind == Poll.Kind.MULTIPLE:
            if least is not None and least < 1:
                self.add_error("min_votes", _("This must be 1 or more."))
            if most is not None and most < (least or 1):
                self.add_error("max_votes", _("This must not be less than “at least”."))

    def _check_follows(self) -> None:
        if self.has_error("follows"):
            # The chooser cannot show what is no number, so it is shown empty beside the error.
            self._show("follows", "")
            return
        earlier, seen = self.cleaned_data.get("follows"), set()
        while earlier and earlier.pk not in seen:
            seen.add(earlier.pk)
            if earlier.pk == self.instance.pk:
                self.add_error("follows", _("A poll cannot ask itself again. Please choose an earlier one."))
                return
            earlier = earlier.follows

    def _show(self, name: str, value: str) -> None:
        """Show another value in a field than the one that was sent."""
        self.__dict__.update(data={**dict(self.__dict__["data"].items()), name: value})

    def _check_texts(self) -> None:
        try:
            lines = read_lines(self.cleaned_data.get("paste") or "", is_scale=self.kind == Poll.Kind.SCALE)
            points = self.cleaned_data.get("points")
            ends = [int(end) for end in points.split("..")] if points else []
            self.cleaned_data["new_texts"] = [*(points_of(*ends) if ends else []), *lines]
        except ValidationError as error:
            self.add_error("paste", error)
            self.cleaned_data["new_texts"] = []

    def _check_options(self) -> None:
        if self.kind == Poll.Kind.WORDS:
            return
        offered = self.rows.offered
        plain = {form.plain for form in offered}
        self._refuse_twins(offered)
        plain |= {plain_text(text) for text in self.cleaned_data["new_texts"]}
        n = len(plain) + bool(self.cleaned_data.get("offer_other"))
        if n < 2 and not self.has_error("paste"):
            self.add_error(None, ValidationError(_("A poll needs at least two options to choose from.")))
        elif self.least > n and not self.has_error("paste"):
            sentence = _("Readers must choose at least %(least)d, and there are only %(n)d options.")
            self.add_error(
                "min_votes" if "min_votes" in self.fields else None,
                ValidationError(sentence % {"least": self.least, "n": n}),
            )
        if n > MOST_OPTIONS:
            self.add_error("paste", too_many(n))

    def _refuse_twins(self, offered: list[OptionForm]) -> None:
        texts: set[str] = set()
        earlier: set[int] = set()
        for form in offered:
            plain, twin = form.plain, form.cleaned_data.get("follows")
            if plain in texts:
                form.add_error("text", _("Another option says the same. Please tell them apart."))
            texts.add(plain)
            if twin and twin.pk in earlier:
                form.add_error("follows", _("Another option stands for this one. Please choose one of them."))
            earlier |= {twin.pk} if twin else set()

    def save(self, commit: bool = True) -> Poll:
        """Save the poll, and note on it what readers should know: a changed wording, a late addition."""
        with keeping_wordings(self.instance) as change:
            before = had_answered(self.instance) if self.instance.pk else None
            for form in self.rows.forms:
                if form.instance._state.adding:
                    form.instance.added_after_votes = before
                elif form.is_valid() and form.cleaned_data.get("put_back"):
                    form.instance.retired_at = None
            poll: Poll = super().save(commit=commit)
            if commit:
                self._arrange(poll)
        self.reworded = change.happened
        return poll

    def _arrange(self, poll: Poll) -> None:
        """Keep the order of the rows, add what was pasted, put "other" last, and find what each stood for."""
        for place, form in enumerate(self.rows.ordered_forms):
            Option.objects.filter(pk=form.instance.pk).exclude(sort_order=place).update(sort_order=place)
        if poll.kind != Poll.Kind.WORDS:
            for text in self.cleaned_data["new_texts"]:
                offer(poll, text)
            if self.cleaned_data.get("offer_other"):
                offer_other(poll, self.cleaned_data.get("other_text") or str(OTHER))
            else:
                stop_other(poll)
        match_earlier(poll, self._to_match(poll))

    def _to_match(self, poll: Poll) -> "QuerySet[Option]":
        """Return the options that may stand for an earlier one by now; a choice just emptied stays empty."""
        options = Option.objects.filter(poll=poll, retired_at=None)
        if "follows" in self.changed_data:
            options.exclude(follows=None).exclude(follows__poll=poll.follows_id).update(follows=None)
        else:
            settled = [
                form.instance.pk for form in self.rows.initial_forms if "text" not in form.changed_data
            ]
            options = options.exclude(pk__in=settled)
        return options.exclude(
            pk__in=[form.instance.pk for form in self.rows.forms if "follows" in form.changed_data]
        )
