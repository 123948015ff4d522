"""What the site wrote into a block: how it is remembered, shown in the editor, and told from the author's words."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import FieldBlock


def fingerprint(text: str) -> str:
    """Return what is kept of a generated text: enough to see that nobody has touched it since."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]


def fingerprints(texts: Mapping[str, str]) -> dict[str, str]:
    """Return {name of the line: fingerprint} for lines that were just generated."""
    return {name: fingerprint(text) for name, text in texts.items()}


def is_untouched(value: Mapping[str, Any], name: str) -> bool:
    """Return whether a line of a block still reads as the site wrote it; a line of the author's never does."""
    kept = (value.get("generated") or {}).get(name)
    return kept is not None and kept == fingerprint(value.get(name) or "")


def is_waiting(value: Mapping[str, Any]) -> bool:
    """Return whether a block holds text of the site that nobody has accepted; a block of the author's never does."""
    return bool(value.get("generated")) and not value.get("accepted", True)


class GeneratedWidget(forms.Widget):
    """The mark in the editor: who wrote this, and where each line of it comes from. A block of the author's has none."""

    template_name = "onward_blog/roundups/editor/generated.html"

    @property
    def media(self) -> forms.Media:
        return forms.Media(css={"all": ["onward_blog/generated.css"]}, js=["onward_blog/generated.js"])


class GeneratedBlock(FieldBlock):
    """{name of a line: fingerprint of what the site wrote there}; empty in a block that the author made."""

    @cached_property
    def field(self) -> forms.Field:
        return forms.CharField(required=False, widget=GeneratedWidget())

    def get_default(self) -> dict[str, str]:
        return {}

    def value_from_form(self, value: Any) -> dict[str, str]:
        """Return the fingerprints in what the editor sent; whatever else it holds is dropped."""
        try:
            found = json.loads(value or "{}")
        except (TypeError, ValueError):
            return {}
        lines = found.get("lines") if isinstance(found, dict) else None
        return {str(name): str(kept) for name, kept in lines.items()} if isinstance(lines, dict) else {}

    def value_for_form(self, value: Any) -> str:
        return for_editor(value)

    def get_searchable_content(self, value: Any) -> list[str]:
        return []

    class Meta:
        label = _("Where this comes from")
        icon = "info-circle"
        default: dict[str, str] = {}


def for_editor(lines: Mapping[str, str] | None, sources: Iterable[tuple[str, str]] = ()) -> str:
    """Return what the mark in the editor is given, as JSON: {"lines": {…}, "sources": [[text, address], …]}."""
    return json.dumps({"lines": dict(lines or {}), "sources": [[str(text), url] for text, url in sources]})
