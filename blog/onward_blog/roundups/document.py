"""The document of a roundup: a pure function of the article, the window and what readers did in it.

Canonical JSON: sorted keys, whole numbers, times in UTC with microseconds, texts in the site's language::

    {"version": 2, "code": "wagtail-onward 0.1.0", "language": "en-gb",
     "page": {"id": 12, "title": "…", "part": 1, "path": "/series/part-one/", "series": "…", "author": "…"},
     "window": {"since": null, "until": "2026-05-14T09:30:00.000000+00:00"},
     "sources": [ResponseSummary as in ``onward_blog.responses.base``, without its evidence, by slug],
     "quotes": [{"source": "polls", "key": "<ballot uuid>", "about": "poll:3", "role": "words",
                 and where it holds "theme": name, "telling": "typical" or "dissenting"}],
     "mailed": how many mails of this article a server had accepted by the end of the window, or null,
     "method": [sentence]}

Groups have the facts of their source and those that it has for roundups only; ``themes`` names those of at least five
sentences, ``other_themes`` counts the rest where they are as many. The words of the quotes are not in it. They stand in RoundupQuote rows, so
that a reader can take them back. Version 1 had neither code, language and method nor the facts for roundups;
``reading`` reads both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.utils import translation

from onward_blog import mailing
from onward_blog.models import Roundup
from onward_blog.responses.base import Quote, ResponseSource, ResponseSummary, iso
from onward_blog.responses.canonical import sha256_of
from onward_blog.responses.few import LEAST
from onward_blog.responses.registry import response_sources, sources_for_readers
from onward_blog.responses.windows import safe_cut_off

from .method import method_of


VERSION = 2
#: The distribution whose version says which code counted.
PACKAGE = "wagtail-onward"
#: Facts that are read from what was last counted for everybody, which may since have been counted again.
AS_LAST_COUNTED = ("roles", "moves", "reach")
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A document before it is stored: its data, the moment it ends, and the words its quotes refer to."""

    data: dict[str, Any]
    until: datetime
    quotes: tuple[Quote, ...]

    @property
    def sha256(self) -> str:
        return sha256_of(self.data)


def compile_document(
    article: Any, since: datetime | None, until: datetime | None, *, for_author: bool = False
) -> Compiled:
    """Ask every source and return the document; ``until=None`` ends the window right after the last answer.

    So does an ``until`` that answers may still come before. Pressing the button twice with no answer in between thus
    gives the same document. A poll whose results readers may not see, or not before it has closed, is not in it, nor
    are its sentences: a roundup is published as it is.
    With ``for_author`` everything is in it, for the desk and never to be stored.
    """
    with translation.override(settings.LANGUAGE_CODE):
        found = response_sources() if for_author else sources_for_readers()
        sources = sorted(found.values(), key=lambda source: source.slug)
        cutoff = safe_cut_off()
        if until is None or until > cutoff:
            until = _after_last(article, sources, since, cutoff)
        summaries = [
            _frozen(source, summary, article, since, until)
            for source in sources
            if (summary := source.summarise(article, since=since, until=until)) is not None
        ]
        quotes = tuple(
            quote for source in sources for quote in source.quotes(article, since=since, until=until)
        )
        if not for_author:
            _merge_small_themes(summaries)
            _keep_as_published(summaries, article, since, until)
        data: dict[str, Any] = {
            "version": VERSION,
            "code": f"{PACKAGE} {code_version()}",
            "language": settings.LANGUAGE_CODE,
            "page": _page(article),
            "window": {"since": iso(since), "until": iso(until)},
            "sources": summaries,
            "quotes": _refs(quotes, summaries, everything=for_author),
            "mailed": mailing.submitted_count(article, until=until),
        }
        data["method"] = method_of(data)
    return Compiled(data, until, quotes)


@cache
def code_version() -> str:
    """Return the version of the installed distribution, "unknown" where the code runs without one."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "unknown"


def _after_last(
    article: Any, sources: Sequence[ResponseSource], since: datetime | None, cutoff: datetime
) -> datetime:
    moments = [_last_of(source, article, since, cutoff) for source in sources]
    fallback: datetime = since or article.first_published_at or cutoff
    return max(filter(None, moments), default=fallback - _MOMENT) + _MOMENT


def _last_of(source: Any, article: Any, since: datetime | None, until: datetime) -> datetime | None:
    if hasattr(source, "last_at"):
        last: datetime | None = source.last_at(article, since=since, until=until)
        return last
    summary = source.summarise(article, since=since, until=until)
    return summary.last_at if summary else None


def _frozen(
    source: Any, summary: ResponseSummary, article: Any, since: datetime | None, until: datetime
) -> dict[str, Any]:
    """Return the summary with what its source has to say to roundups only, and without what is for the admin."""
    frozen = {key: value for key, value in summary.as_json().items() if key != "evidence"}
    if hasattr(source, "facts_to_freeze"):
        more = source.facts_to_freeze(article, since=since, until=until)
        for group in frozen["groups"]:
            added = more.get(group["key"], {})
            group["facts"] |= added.get("facts", {})
            for line in group["lines"]:
                line["facts"] |= added.get("lines", {}).get(line["key"], {})
    return frozen


def _merge_small_themes(summaries: list[dict[str, Any]]) -> None:
    for group in (group for summary in summaries for group in summary["groups"]):
        if themes := group["facts"].get("themes"):
            named = {name: n for name, n in themes.items() if n >= LEAST}
            others = sum(themes.values()) - sum(named.values())
            # Fewer than five in all are counted among the sentences, and nowhere else.
            group["facts"] |= {"themes": named, "other_themes": others if others >= LEAST else 0}


def _refs(
    quotes: Sequence[Quote], summaries: list[dict[str, Any]], *, everything: bool
) -> list[dict[str, str]]:
    """Return where to find the sentences; a theme is named only where it is counted by its name."""
    named = {
        (group["key"], theme)
        for summary in summaries
        for group in summary["groups"]
        for theme in group["facts"].get("themes", ())
    }
    refs = [quote.as_json() for quote in quotes]
    for ref in refs:
        if not everything and (ref["about"], ref.get("theme")) not in named:
            ref.pop("theme", None)
    return refs


def _keep_as_published(
    summaries: list[dict[str, Any]], article: Any, since: datetime | None, until: datetime
) -> None:
    """Take from an earlier document of this window what may have been counted again since.

    Only where nothing else has changed: the same answers give the same bytes, however often what stands beside a poll
    is refreshed.
    """
    before = Roundup.objects.filter(page=article.pk, since=since, until=until).order_by("-pk").first()
    if before is None:
        return
    known = {group["key"]: group for source in before.data["sources"] for group in source["groups"]}
    for group in (group for summary in summaries for group in summary["groups"]):
        earlier = known.get(group["key"])
        if earlier is not None and _counts(earlier) == _counts(group):
            kept = {name: earlier["facts"][name] for name in AS_LAST_COUNTED if name in earlier["facts"]}
            group["facts"] |= kept


def _counts(group: dict[str, Any]) -> tuple[Any, ...]:
    lines = [(line["key"], line["text"], line["count"]) for line in group["lines"]]
    return group["title"], group["total"], group["facts"].get("excluded"), lines


def _page(article: Any) -> dict[str, Any]:
    series, author = getattr(article, "series", None), getattr(article, "author", None)
    return {
        "id": article.pk,
        "title": article.title,
        "part": article.part_number if series else None,
        "path": article.get_absolute_url(),
        "series": series.title if series else "",
        "author": str(author.name) if author else "",
    }
