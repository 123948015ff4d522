"""Making an issue: from a page, or from what the editor typed; and looking at it before it goes out."""

from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from wagtail import hooks

from onward_newsletter import rendering
from onward_newsletter.models import Issue, Newsletter, Topic
from onward_newsletter.preflight import Finding, find_problems
from onward_newsletter.rendering import IssueContent, RenderedIssue

from .notices import one_line


__all__ = [
    "READY_MADE",
    "Finding",
    "IssueContent",
    "NoNewsletter",
    "RenderedIssue",
    "check_issue",
    "compose_issue",
    "content_of",
    "first_error",
    "issue_for_page",
    "unschedule_issue",
]

#: About what phones show beside the subject in a list of mails.
PREVIEW_LENGTH = 140


#: The kind of an issue whose body was made elsewhere: until it is prepared, ``html`` holds it.
READY_MADE = "ready"


class NoNewsletter(Exception):
    """There is no newsletter yet in which an issue could appear; its text is for the editor."""


def issue_for_page(  # noqa: PLR0913 (what an issue of a page is made of)
    page: Any,
    *,
    format: str = Issue.Format.FULL,
    topic: Topic | None = None,
    user: Any = None,
    kind: str = "article",
    edition: int | None = None,
    newsletter: Newsletter | None = None,
) -> Issue:
    """Return the draft issue that mails a page, making it on the first call; subject and preview come from the page.

    One page has one issue for each ``kind`` and ``edition`` (default 1), so a double click finds the first one, in
    whatever state it is by then. To mail a page a second time on purpose, give the next edition.
    ``format`` is an Issue.Format; ``topic`` None means every subscriber of the newsletter, which is the topic's, or
    the one given, or the first. Raises NoNewsletter when there is none.
    """
    newsletter = newsletter or (topic.newsletter if topic else Newsletter.objects.order_by("pk").first())
    if newsletter is None:
        raise NoNewsletter(_("There is no newsletter yet. Make one first, with a sender's name and address."))
    key = {"page_id": page.pk, "kind": kind, "edition": edition or 1}
    if issue := Issue.objects.filter(**key).first():
        return issue
    draft = Issue(newsletter=newsletter, topic=topic, format=format, created_by=user, page=page)
    defaults = {
        "newsletter": newsletter,
        "topic": topic,
        "format": format,
        "created_by": user,
        "subject": one_line(page.title)[:200],
        "preview_text": _preview_text(draft),
    }
    return Issue.objects.get_or_create(**key, defaults=defaults)[0]


def _preview_text(draft: Issue) -> str:
    content = content_of(draft)
    described = getattr(draft.page, "search_description", "")
    text = content.preview_text or described or rendering.first_paragraph(content.html_body)
    return Truncator(one_line(text)).chars(PREVIEW_LENGTH)


def content_of(issue: Issue) -> IssueContent:
    """Ask the hook ``onward_newsletter_issue_content`` for the issue's body; the first answer counts.

    Each function registered gets the issue, which may not have been saved, and returns an IssueContent or None.
    What is ready made is not asked about. Without any answer the issue consists of what the editor typed before and after the article.
    """
    if issue.kind == READY_MADE:
        return IssueContent(issue.html)
    answers = (fn(issue) for fn in hooks.get_hooks("onward_newsletter_issue_content"))
    return next((answer for answer in answers if answer is not None), IssueContent(""))


def compose_issue(issue: Issue) -> RenderedIssue:
    """Return the issue's HTML and text as they would go out now, with a slot wherever recipients differ."""
    return rendering.render_issue(issue, content_of(issue))


def check_issue(issue: Issue, rendered: RenderedIssue) -> list[Finding]:
    """Return what is wrong with an issue, errors first."""
    return find_problems(issue, rendered)


def first_error(issue: Issue, rendered: RenderedIssue | None = None) -> str:
    """Return the sentence, and the cure, of the first thing that keeps an issue from being sent, or ""."""
    findings = check_issue(issue, rendered or compose_issue(issue))
    return next((f"{finding.message} {finding.cure}".strip() for finding in findings if finding.is_error), "")


def unschedule_issue(issue: Issue) -> bool:
    """Make a scheduled issue a draft again; return whether it still was scheduled."""
    changed = Issue.objects.filter(pk=issue.pk, state=Issue.State.SCHEDULED).update(
        state=Issue.State.DRAFT, scheduled_at=None, schedule_zone=""
    )
    issue.refresh_from_db()
    return bool(changed)
