"""A poll in a StreamField."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.snippets.blocks import SnippetChooserBlock

from .models import Poll


class PollBlock(SnippetChooserBlock):
    """Choose a poll to ask here. The block holds only its id, so every page shows the same poll."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("onward_polls.Poll", **kwargs)

    class Meta:
        icon = "list-ul"
        label = _("Poll")
        template = "onward_polls/blocks/poll.html"


class WordsQuestionBlock(PollBlock):
    """Choose a question that readers answer in their own words."""

    def clean(self, value: Poll | None) -> Poll | None:
        """Refuse polls that have options."""
        poll: Poll | None = super().clean(value)
        if poll is not None and poll.kind != Poll.Kind.WORDS:
            raise ValidationError(_("Please choose a poll of the kind “Words only”, or use a poll block."))
        return poll

    class Meta:
        icon = "edit"
        label = _("Question for words")
