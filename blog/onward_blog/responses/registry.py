"""Which response sources there are: our own, where their app is installed, and a project's."""

from functools import cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from wagtail import hooks

from .base import ResponseSource


HOOK = "register_response_source"


@cache
def response_sources() -> dict[str, ResponseSource]:
    """Return the registered sources by slug, in the order of the hook.

    Raises ImproperlyConfigured when two sources have the same slug.
    """
    found: dict[str, ResponseSource] = {}
    for register in hooks.get_hooks(HOOK):
        source = register()
        if source.slug in found:
            raise ImproperlyConfigured(
                f"Two response sources are called {source.slug!r}: {found[source.slug]!r} and {source!r}. "
                f"Give one of them another slug, or unregister its {HOOK} hook."
            )
        found[source.slug] = source
    return found


def sources_for_readers() -> dict[str, ResponseSource]:
    """Return the sources by slug, each without what only editors may see: what may be published."""
    return {
        slug: source.for_readers() if hasattr(source, "for_readers") else source
        for slug, source in response_sources().items()
    }


def left_out(article: Any) -> list[str]:
    """Return a sentence for the author about each kind of answer that a roundup of the article leaves out."""
    sources = [source for source in response_sources().values() if hasattr(source, "left_out")]
    return [sentence for source in sources for sentence in source.left_out(article)]
