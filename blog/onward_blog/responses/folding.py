"""The aggregation: per article, what readers did as of now, kept as one row that can be made again at will."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from onward_blog import versions
from onward_blog.mixins import ArticleMixin
from onward_blog.models import ResponseFold

from .registry import response_sources


#: Every article is folded as often as this, whether something seems to have changed or not.
REVISIT = timedelta(minutes=10)


def article_models() -> list[Any]:
    """Return every concrete page type that is an article, the project's own too."""
    return [model for model in apps.get_models() if issubclass(model, ArticleMixin)]


def live_articles() -> Iterator[Any]:
    """Yield every article that readers can open, each as its own page type."""
    for model in article_models():
        yield from model.objects.live().order_by("pk")


def fold_responses(articles: Iterable[Any] | None = None) -> int:
    """Fold these articles, or every live one; return how many of them had changed. Safe to run at any time."""
    return sum(fold_article(article) for article in (live_articles() if articles is None else articles))


def fold_changed() -> int:
    """Fold the live articles of which something has changed since their fold; return how many really had.

    What has changed is read from the database, so that a signal that never came does no harm; and each article has
    its turn every ten minutes anyway. A dozen queries, if nothing has changed.
    """
    published = {pk: (model, text) for model in article_models() for pk, text in _as_published(model)}
    marks = marks_of(list(published))
    late = timezone.now() - REVISIT
    fresh = ResponseFold.objects.filter(visited_at__gte=late).exclude(mark="")
    known = dict(fresh.values_list("page_id", "mark"))
    changed = 0
    for pk, (model, text) in published.items():
        mark = _hash_of(text, marks[pk]) if marks is not None else ""
        if known.get(pk, "") != mark or not mark:
            changed += sum(fold_article(article, mark=mark) for article in model.objects.live().filter(pk=pk))
    return changed


def marks_of(pages: Sequence[int]) -> dict[int, str] | None:
    """Return {page id: what the sources say of it in short}; None where one of them cannot say so."""
    found = dict.fromkeys(pages, "")
    for slug, source in response_sources().items():
        if not hasattr(source, "marks"):
            return None
        for pk, text in source.marks(pages).items():
            found[pk] += f"{slug}: {text}\n"
    return found


def fold_article(article: Any, *, mark: str = "") -> bool:
    """Bring one article's fold up to date; return whether anything had changed.

    The page's version is bumped only when something an anonymous reader sees has changed. ``mark`` is what the
    sources said in short before this began; without it the next ``fold_changed`` looks again.
    """
    with translation.override(settings.LANGUAGE_CODE):
        data = dict(_summaries(article))
    now = timezone.now()
    with transaction.atomic():
        fold, made = ResponseFold.objects.get_or_create(
            page_id=article.pk, defaults={"data": data, "folded_at": now, "mark": mark, "visited_at": now}
        )
        before = {} if made else fold.data
        changed = before != data
        fold.mark, fold.visited_at = mark, now
        if changed:
            fold.data, fold.folded_at = data, now
        fold.save(update_fields=["mark", "visited_at", *(["data", "folded_at"] if changed else [])])
        if _shown(before) != _shown(data):
            transaction.on_commit(lambda: versions.bump(article.pk))
    return changed


def _summaries(article: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for slug, source in response_sources().items():
        summary = source.summarise(article)
        if summary is not None:
            yield slug, {**summary.as_json(), "shown": source.shown(article)}


def _shown(data: dict[str, Any]) -> dict[str, Any]:
    return {slug: summary["shown"] for slug, summary in data.items() if summary["shown"]}


def _as_published(model: Any) -> Iterator[tuple[int, str]]:
    """Yield the id of each live article, and a text that is another one when it was published again."""
    pages = model.objects.live().order_by("pk")
    for pk, published_at, revision in pages.values_list("pk", "last_published_at", "live_revision_id"):
        yield pk, f"{published_at} {revision}"


def _hash_of(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def published_once(model: Any) -> Any:
    """Return the pages of one type that readers can open, or once could."""
    return model.objects.filter(Q(live=True) | Q(first_published_at__isnull=False))
