"""Roundups as readers see them, always from the frozen document."""

from collections.abc import Mapping, Sequence
from typing import Any

from laces.components import Component


class RoundupCard(Component):
    """One roundup: what was asked, what was answered, by how many, and in whose words."""

    template_name = "onward_blog/roundups/roundup_card.html"

    def __init__(
        self,
        roundup: Any,
        *,
        quotes: Sequence[Any] | None = None,
        heading: str = "",
        show_shares: bool = True,
    ) -> None:
        self.roundup = roundup
        self.quotes = quotes
        self.heading = heading
        self.show_shares = show_shares

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"roundup": self.roundup, "heading": self.heading}


class WeAskedCard(Component):
    """We asked, you said, what I changed."""

    template_name = "onward_blog/roundups/we_asked.html"

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"value": self.value}
