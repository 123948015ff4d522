"""Which response sources there are: our own, where their app is installed, and a project's."""

from functools import cache

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
