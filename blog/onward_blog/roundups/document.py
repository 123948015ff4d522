"""The document of a roundup: a pure function of the article, the window and what readers did in it.

Canonical JSON: sorted keys, whole numbers, times in UTC with microseconds, texts in the site's language::

    {"version": 1,
     "page": {"id": 12, "title": "…", "part": 1, "path": "/series/part-one/"},
     "window": {"since": null, "until": "2026-05-14T09:30:00.000000+00:00"},
     "sources": [ResponseSummary as in ``onward_blog.responses.base``, without its evidence, by slug],
     "quotes": [{"source": "polls", "key": "<ballot uuid>", "about": "poll:3", "role": "words"}],
     "mailed": how many mails of this article a server had accepted by the end of the window, or null}

The words of the quotes are not in it. They stand in RoundupQuote rows, so that a reader can take them back.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from onward_blog import mailing
from onward_blog.responses.base import Quote, ResponseSummary, iso
from onward_blog.responses.registry import response_sources, sources_for_readers
from onward_blog.responses.windows import database_now


VERSION = 1


@dataclass(frozen=True, slots=True)
class Compiled:
    """A document before it is stored: its data, the moment it ends, and the words its quotes refer to."""

    data: dict[str, Any]
    until: datetime
    quotes: tuple[Quote, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(canonical_json(self.data).encode()).hexdigest()


def canonical_json(data: Any) -> str:
    """Return the one way to write this data down: the same bytes on every machine and in every run."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def compile_document(
    article: Any, since: datetime | None, until: datetime | None, *, for_author: bool = False
) -> Compiled:
    """Ask every source and return the document; ``until=None`` ends the window right after the last answer.

    So pressing the button twice with no answer in between gives the same document. A poll whose results readers may
    not see, or not before it has closed, is not in it, nor are its sentences: a roundup is published as it is.
    With ``for_author`` everything is in it, for the desk and never to be stored.
    """
    with translation.override(settings.LANGUAGE_CODE):
        sources = list((response_sources() if for_author else sources_for_readers()).values())
        sources.sort(key=lambda source: source.slug)
        cutoff = until or database_now()
        summaries = [
            summary
            for source in sources
            if (summary := source.summarise(article, since=since, until=cutoff)) is not None
        ]
        until = until or _after_last(summaries, since or article.first_published_at or cutoff)
        quotes = tuple(
            quote for source in sources for quote in source.quotes(article, since=since, until=until)
        )
        data = {
            "version": VERSION,
            "page": _page(article),
            "window": {"since": iso(since), "until": iso(until)},
            "sources": [_frozen(summary) for summary in summaries],
            "quotes": [quote.as_json() for quote in quotes],
            "mailed": mailing.submitted_count(article, until=until),
        }
    return Compiled(data, until, quotes)


def _after_last(summaries: list[ResponseSummary], fallback: datetime) -> datetime:
    moments = [summary.last_at for summary in summaries if summary.last_at]
    return max(moments) + timedelta(microseconds=1) if moments else fallback


def _frozen(summary: ResponseSummary) -> dict[str, Any]:
    return {key: value for key, value in summary.as_json().items() if key != "evidence"}


def _page(article: Any) -> dict[str, Any]:
    return {
        "id": article.pk,
        "title": article.title,
        "part": article.part_number if getattr(article, "series", None) else None,
        "path": article.get_absolute_url(),
    }
