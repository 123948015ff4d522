"""What an issue of the newsletter brought to the article it mailed."""

from typing import Any

from django.utils.translation import gettext as _

from .base import ResponseSummary
from .registry import response_sources


def outcomes_of(issue: Any) -> list[tuple[str, int, str]]:
    """Return (label, number, admin URL): answers given from the mail, and comments since the issue was prepared.

    Nobody is followed from a mail to a comment, so comments are those that came after it, by whichever way.
    """
    article = issue.page.specific if issue.page else None
    if article is None or issue.prepared_at is None:
        return []
    sources = response_sources()
    found = []
    if "polls" in sources and (summary := sources["polls"].summarise(article, since=issue.prepared_at)):
        found.append((_("Answers given from the mail"), _from_mail(summary), summary.evidence))
    if "comments" in sources and (summary := sources["comments"].summarise(article, since=issue.prepared_at)):
        found.append((_("Comments since it went out"), summary.total, summary.evidence))
    return found


def _from_mail(summary: ResponseSummary) -> int:
    doors = (group.facts.get("doors", {}) for group in summary.groups)
    return sum(door.get("mail", 0) for door in doors)
