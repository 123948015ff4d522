"""What the editor of a poll needs beyond Wagtail's panels: fields of some kinds only, locked ones, an option's notes."""

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, Panel

from onward_polls.errors import day
from onward_polls.forms.options import OptionForm, OptionFormSet
from onward_polls.models import Option, Poll
from onward_polls.placement import places_of
from onward_polls.wording import life_line

from .life import life_url


class ForKinds:
    """A panel that only polls of some kinds have.

    While the kind can be chosen, a script hides the panel from the others; without it, what they hold is ignored.
    """

    def __init__(self, *args: Any, kinds: Sequence[str] = (), **kwargs: Any) -> None:
        self.kinds = tuple(kinds)
        marks = {"data-onward-kinds": " ".join(self.kinds)} if kinds else {}
        super().__init__(*args, **{**kwargs, "attrs": {**(kwargs.get("attrs") or {}), **marks}})

    def clone_kwargs(self) -> dict[str, Any]:
        return {**super().clone_kwargs(), "kinds": self.kinds}  # type: ignore[misc]


def _belongs(bound: Any) -> bool:
    """Whether a panel belongs to a poll whose kind can no longer be chosen."""
    locks = getattr(bound.form, "locks", {})
    return not bound.panel.kinds or "kind" not in locks or bound.instance.kind in bound.panel.kinds


class KindGroup(ForKinds, MultiFieldPanel):
    """A group of fields that only polls of some kinds have."""

    class BoundPanel(MultiFieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            return bool(super().is_shown() and _belongs(self))


class LockablePanel(ForKinds, FieldPanel):
    """A field that is shown, with the reason and what helps instead, once it may no longer be changed."""

    class BoundPanel(FieldPanel.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            lock = getattr(self.form, "locks", {}).get(self.field_name)
            if lock and self.bound_field is None:
                self.read_only = True
                self.heading = self.panel.heading or _capital(self.panel.db_field.verbose_name)
                self.help_text = format_html(
                    '{} <a href="{}">{}</a>', lock.reason, life_url(lock.cure, self.instance), lock.cure_label
                )

        def is_shown(self) -> bool:
            return bool(super().is_shown() and _belongs(self))

        def get_read_only_context_data(self) -> dict[str, Any]:
            value = self.value_from_instance
            return {
                **super().get_read_only_context_data(),
                **({"display_value": _("Not set")} if value is None else {}),
            }


class OptionsPanel(ForKinds, InlinePanel):
    """The options, row by row; "other" has a field of its own."""

    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": OptionForm, "formset": OptionFormSet}
        return options

    class BoundPanel(InlinePanel.BoundPanel):
        def is_shown(self) -> bool:
            return bool(super().is_shown() and _belongs(self))


class OptionNotesPanel(Panel):
    """What has happened to one option: its votes, since when it is retired, when it came and was reworded."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "onward_polls/admin/option_notes.html"

        def is_shown(self) -> bool:
            return bool(self.notes)

        @property
        def notes(self) -> list[str]:
            return notes_of(self.instance, self.form.votes) if self.instance and self.instance.pk else []

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            return {**super().get_context_data(parent_context), "notes": self.notes}


def notes_of(option: Option, n: int) -> list[str]:
    """Return what an author should know of an option with n votes before changing it, in short sentences."""
    notes = []
    if option.retired_at:
        notes.append(_("Retired on %(date)s: no longer offered.") % {"date": day(option.retired_at)})
    if n:
        notes.append(ngettext("%(n)d vote.", "%(n)d votes.", n) % {"n": n})
    if option.edited_at:
        notes.append(_("Reworded on %(date)s.") % {"date": day(option.edited_at)})
    if option.added_after_votes:
        added = ngettext(
            "Added after %(n)d reader had answered.",
            "Added after %(n)d readers had answered.",
            option.added_after_votes,
        )
        notes.append(added % {"n": option.added_after_votes})
    return notes


class LifePanel(Panel):
    """Where a saved poll is in its life, how many have answered, and the pages it stands on."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "onward_polls/admin/life.html"

        def is_shown(self) -> bool:
            return bool(self.instance and self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            poll: Poll = self.instance
            own = {
                "poll": poll,
                "state": life_line(poll) or _("Open"),
                "answers": poll.ballots.counted().count(),
                "places": places_of(poll),
                "archive": None if poll.archived_at else life_url("archive", poll),
            }
            return {**super().get_context_data(parent_context), **own}


def _capital(text: Any) -> str:
    return str(text)[:1].upper() + str(text)[1:]
