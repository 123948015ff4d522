"""What machines read about a page: search engines, feed readers, and whoever shows a shared link."""

import json
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .links import absolute


#: Characters that could end a script element, as JSON writes them without.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def data_block(document: dict[str, Any]) -> SafeString:
    """Return a JSON-LD data block. It holds no script, so a strict Content Security Policy lets it stand."""
    text = json.dumps({"@context": "https://schema.org", **document}, ensure_ascii=False)
    return mark_safe(f'<script type="application/ld+json">{text.translate(_ESCAPES)}</script>')  # noqa: S308 (escaped above)


def article_document(page: Any, site_name: str) -> dict[str, Any]:
    """Return an article as a schema.org BlogPosting that is part of its series."""
    document: dict[str, Any] = {
        "@type": "BlogPosting",
        "headline": page.title,
        "description": page.description,
        "url": absolute(page.get_absolute_url()),
        "mainEntityOfPage": absolute(page.get_absolute_url()),
        "publisher": {"@type": "Organization", "name": site_name},
        "datePublished": _iso(page.first_published_at),
        "dateModified": _iso(page.last_published_at),
        "author": _person(page.author),
    }
    if page.series:
        document |= {"position": page.part_number, "isPartOf": _series(page.series)}
    return {key: value for key, value in document.items() if value}


def series_document(page: Any) -> dict[str, Any]:
    """Return a series as a schema.org CreativeWorkSeries with the parts that are out."""
    parts = [
        {
            "@type": "BlogPosting",
            "headline": part.title,
            "position": part.part_number,
            "url": absolute(part.get_absolute_url()),
        }
        for part in page.live_parts()
    ]
    document = {
        **_series(page),
        "description": page.promise,
        "author": _person(page.author),
        "hasPart": parts,
    }
    return {key: value for key, value in document.items() if value}


def meta_tags(properties: dict[str, str]) -> SafeString:
    """Return Open Graph tags for the properties that have a value."""
    tags = [
        f'<meta property="{escape(name)}" content="{escape(value)}">'
        for name, value in properties.items()
        if value
    ]
    return mark_safe("\n    ".join(tags))  # noqa: S308 (escaped above)


def _series(page: Any) -> dict[str, Any]:
    return {"@type": "CreativeWorkSeries", "name": page.title, "url": absolute(page.get_absolute_url())}


def _person(author: Any) -> dict[str, Any] | None:
    return (
        {"@type": "Person", "name": author.name, **({"url": author.link} if author.link else {})}
        if author
        else None
    )


def _iso(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
