"""The question that Wagtail's form for copying a page asks beside its own."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


#: Questions that are named in the form; of the others it says how many there are.
NAMED = 3


class Polls(TextChoices):
    """What becomes of the polls on a copied page."""

    NEW = "new", _("A new poll with the same question and no answers")
    SAME = "same", _("The same poll: what is answered on either page is counted together")


def asking_about_polls(form_class: type[forms.Form], questions: Sequence[str]) -> type[forms.Form]:
    """Return the form for copying a page, asking in addition what to do with the polls on it."""

    class CopyFormWithPolls(form_class):  # type: ignore[valid-type,misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["polls"] = forms.ChoiceField(
                label=ngettext("The poll on it", "The polls on it", len(questions)),
                choices=Polls.choices,
                initial=Polls.NEW,
                required=False,
                widget=forms.RadioSelect,
                help_text=_named(questions),
            )
            if "alias" in self.fields:
                self.fields["alias"].help_text = _(
                    "Keep the new pages updated with future changes. An alias shows the same poll."
                )

    return CopyFormWithPolls


def _named(questions: Sequence[str]) -> str:
    names = " ".join(f"“{question}”" for question in questions[:NAMED])
    more = len(questions) - NAMED
    return (
        f"{names} {ngettext('and %(n)d more', 'and %(n)d more', more) % {'n': more}}" if more > 0 else names
    )
