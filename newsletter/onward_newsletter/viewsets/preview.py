"""The looks between which an author switches: each is a link, so it works without JavaScript."""

from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


#: Name, label, which part of the mail, and what that part's address needs.
LOOKS: dict[str, tuple[str | Promise, str, str]] = {
    "desktop": (_("Desktop"), "html", ""),
    "phone": (_("Phone"), "html", ""),
    "dark": (_("Dark"), "html", "?scheme=dark"),
    "phone-dark": (_("Phone, dark"), "html", "?scheme=dark"),
    "text": (_("Plain text"), "text", ""),
}


def preview_context(query: QueryDict, urls: dict[str, str]) -> dict[str, Any]:
    """Return what preview.html needs: ``urls`` are the addresses of the parts "html" and "text"."""
    look = query.get("look", "desktop")
    look = look if look in LOOKS else "desktop"
    _label, part, scheme = LOOKS[look]
    return {
        "look": look,
        "looks": [(name, label) for name, (label, _part, _scheme) in LOOKS.items()],
        "preview_url": urls[part] + scheme,
    }
