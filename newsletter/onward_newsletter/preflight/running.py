"""All that is looked at, in the order in which it is told."""

from collections.abc import Iterator

from wagtail import hooks

from onward_newsletter.models import Issue
from onward_newsletter.rendering import RenderedIssue

from .content import about_content
from .findings import Finding
from .links import about_links
from .pages import about_page
from .sender import about_sender
from .words import about_words


HOOK = "onward_newsletter_preflight"


def find_problems(issue: Issue, rendered: RenderedIssue) -> list[Finding]:
    """Return everything found about an issue that has not been frozen, errors first, each once.

    Nothing is asked of other servers here: of links elsewhere it says what the last check of them found.
    """
    found = dict.fromkeys(_all(issue, rendered))
    return sorted(found, key=lambda finding: not finding.is_error)


def _all(issue: Issue, rendered: RenderedIssue) -> Iterator[Finding]:
    yield from about_words(issue, rendered)
    yield from about_content(issue, rendered)
    yield from about_sender(issue)
    yield from about_page(issue)
    yield from about_links(issue, rendered)
    for fn in hooks.get_hooks(HOOK):
        yield from fn(issue)
