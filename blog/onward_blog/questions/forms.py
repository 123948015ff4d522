"""The form in which a reader asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from onward_blog.comments.rendering import clean_name


#: Characters in one question.
MAX_LENGTH = 300

_EMPTY = _("Your question is empty. Write what the next part should answer, then send it again.")
_ROBOT = _(
    "A field that nobody sees was filled in, as robots do. Your question is kept: press the button again."
)


class QuestionForm(forms.Form):
    """One question on one line, and perhaps an address."""

    words = forms.CharField(strip=False, error_messages={"required": _EMPTY})
    address = forms.EmailField(
        required=False,
        max_length=254,
        error_messages={
            "invalid": _("This does not look like an e-mail address. It should be like you@example.org.")
        },
    )
    honeypot = forms.CharField(required=False)

    def clean_words(self) -> str:
        """Return the question on one line, without characters nobody sees; refuse what is empty or too long."""
        words = clean_name(self.cleaned_data["words"])
        if not words:
            raise forms.ValidationError(_EMPTY)
        if len(words) > MAX_LENGTH:
            raise forms.ValidationError(
                _now("Your question has %(length)d characters; %(limit)d is the limit. Shorten it a little."),
                params={"length": len(words), "limit": MAX_LENGTH},
            )
        return words

    def clean_honeypot(self) -> str:
        """Refuse what only a robot fills in."""
        if self.cleaned_data["honeypot"]:
            raise forms.ValidationError(_ROBOT)
        return ""

    @property
    def first_error(self) -> str:
        """The first thing that is wrong, "" where nothing is."""
        found: Any = next(iter(self.errors.values()), [""])
        return str(found[0])
