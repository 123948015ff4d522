"""The aggregation: per article, what readers did as of now, kept as one row that can be made again at will."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from onward_blog import versions
from onward_blog.mixins import ArticleMixin
from onward_blog.models import ResponseFold

from .registry import response_sources


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


def fold_article(article: Any) -> bool:
    """Bring one article's fold up to date; return whether anything had changed.

    The page's version is bumped only when something an anonymous reader sees has changed.
    """
    with translation.override(settings.LANGUAGE_CODE):
        data = dict(_summaries(article))
    with transaction.atomic():
        fold, made = ResponseFold.objects.get_or_create(
            page_id=article.pk, defaults={"data": data, "folded_at": timezone.now()}
        )
        before = {} if made else fold.data
        if before == data:
            return False
        fold.data, fold.folded_at = data, timezone.now()
        fold.save(update_fields=["data", "folded_at"])
        if _shown(before) != _shown(data):
            transaction.on_commit(lambda: versions.bump(article.pk))
    return True


def _summaries(article: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for slug, source in response_sources().items():
        summary = source.summarise(article)
        if summary is not None:
            yield slug, {**summary.as_json(), "shown": source.shown(article)}


def _shown(data: dict[str, Any]) -> dict[str, Any]:
    return {slug: summary["shown"] for slug, summary in data.items() if summary["shown"]}
