"""What readers said, as blocks that any StreamField can use."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .choosers import QuoteChooserBlock, RoundupChooserBlock
from .components import RoundupCard, WeAskedCard


class RoundupBlock(blocks.StructBlock):
    """A frozen roundup: its numbers as they stood, and the quotes the author kept."""

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
        group = _("Readers")


class WeAskedBlock(blocks.StructBlock):
    """We asked, you said, what I changed: the head of a next part."""

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

    def render(self, value: Any, context: Mapping[str, Any] | None = None) -> Any:
        return WeAskedCard(value).render_html(context)

    class Meta:
        icon = "openquote"
        label = _("We asked, you said")
        group = _("Readers")
