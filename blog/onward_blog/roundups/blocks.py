"""What readers said, as blocks that any StreamField can use."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .choosers import QuoteChooserBlock, RoundupChooserBlock
from .components import RoundupCard, WeAskedCard
from .generated import GeneratedBlock, for_editor, is_waiting
from .sources import sources_of


#: What the author ticks.
STAND_BY = _("I stand by this")


def waiting_sentence(block: blocks.Block) -> str:
    """Return why a page with this block cannot go out, and what to do."""
    text = gettext(
        "The site wrote “%(block)s” from readers’ answers, and nobody has accepted it. Read it, change it, then tick "
        "“%(tick)s”: until then this page is not published."
    )
    return text % {"block": block.label, "tick": STAND_BY}


class FromReadersBlock(blocks.StructBlock):
    """A block that the site can fill from a roundup: what it wrote is marked, and goes out once accepted.

    A block that the author made, or that was stored before blocks were marked, holds no generated text and needs no
    acceptance.
    """

    def clean(self, value: Any) -> Any:
        """Refuse text that waits to be accepted wherever the page is meant to go out; drafts and previews pass."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and is_waiting(cleaned):
            raise blocks.StructBlockValidationError({"accepted": ValidationError(waiting_sentence(self))})
        return cleaned

    def get_form_state(self, value: Any) -> Any:
        """Add the links to where each line comes from, which the mark in the editor shows."""
        roundup = value.get("roundup")
        for quote in filter(None, value.get("quotes") or []):
            if roundup and quote.roundup_id == roundup.pk:
                quote.roundup = roundup
        state = super().get_form_state(value)
        sources = sources_of(roundup, leading_only=self.meta.leading_only)
        return {**state, "generated": for_editor(value.get("generated"), sources)}

    class Meta:
        group = _("Readers")
        #: Whether its lines are about the question that most readers answered, and no other.
        leading_only = False


def _acceptance() -> blocks.BooleanBlock:
    return blocks.BooleanBlock(label=STAND_BY, required=False, default=True)


class RoundupBlock(FromReadersBlock):
    """A frozen roundup: its numbers as they stood, and the quotes the author kept."""

    generated = GeneratedBlock()
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=150)
    roundup = RoundupChooserBlock(
        label=_("Roundup"),
        required=False,
        help_text=_("Its numbers are frozen and never change by themselves."),
    )
    quotes = blocks.ListBlock(
        QuoteChooserBlock(label=_("Quote")),
        label=_("Quotes"),
        default=[],
        help_text=_("Readers’ sentences, comments and open questions. Remove those that should not appear."),
    )
    show_shares = blocks.BooleanBlock(
        label=_("Say how often the article was shared"), required=False, default=True
    )
    accepted = _acceptance()

    def render(self, value: Any, context: Mapping[str, Any] | None = None) -> Any:
        if not value.get("roundup"):
            return ""
        card = RoundupCard(
            value["roundup"],
            quotes=[quote for quote in value["quotes"] if quote],
            heading=value["heading"],
            show_shares=value["show_shares"],
        )
        return card.render_html(context)

    class Meta:
        icon = "list-ul"
        label = _("What readers said")
        label_format = "{heading}"


class WeAskedBlock(FromReadersBlock):
    """We asked, you said, what I changed: the head of a next part."""

    generated = GeneratedBlock()
    asked = blocks.TextBlock(label=_("We asked"), required=False, rows=2)
    figure = blocks.CharBlock(
        label=_("You said: the number"),
        required=False,
        max_length=20,
        help_text=_("Shown large, for example 87."),
    )
    said = blocks.TextBlock(
        label=_("You said"), required=False, rows=3, help_text=_("Goes on from the number: of 212 readers …")
    )
    changed = blocks.TextBlock(
        label=_("What I changed"),
        required=False,
        rows=3,
        help_text=_("What this part says, or does, differently because of the answers."),
    )
    roundup = RoundupChooserBlock(
        label=_("Where the number comes from"), required=False, help_text=_("Readers get a link to it.")
    )
    accepted = _acceptance()

    def render(self, value: Any, context: Mapping[str, Any] | None = None) -> Any:
        return WeAskedCard(value).render_html(context)

    class Meta:
        icon = "openquote"
        label = _("We asked, you said")
        label_format = "{asked}"
        leading_only = True
