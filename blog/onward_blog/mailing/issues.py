"""An article as an issue of the newsletter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from .newsletter import is_installed
from .people import subscriber_identity
from .topics import topic_for_series


def issue_for_article(page: Any, format: str = "full", *, user: Any = None) -> Any | None:
    """Return the draft Issue that mails an article, made on first use; None without the newsletter app.

    ``format`` is "full", "excerpt" or "until_poll". The audience is the followers of the series and those who want
    everything. Raises ``onward_newsletter.actions.composing.NoNewsletter`` when there is no newsletter yet.
    """
    if not is_installed():
        return None
    from onward_newsletter.actions.composing import issue_for_page

    series = getattr(page, "series", None)
    return issue_for_page(page, format=format, topic=topic_for_series(series) if series else None, user=user)


def issue_of(page: Any) -> Any | None:
    """Return the first issue of a page that was not cancelled, or None."""
    if not is_installed():
        return None
    from onward_newsletter.models import Issue

    issues = Issue.objects.filter(page=page.pk, kind="article").exclude(state=Issue.State.CANCELLED)
    return issues.order_by("edition").first()


def pages_with_issue(pages: Sequence[int]) -> set[int]:
    """Return which of these pages have an issue, in whatever state; one query."""
    if not is_installed():
        return set()
    from onward_newsletter.models import Issue

    return set(Issue.objects.filter(page__in=list(pages)).values_list("page_id", flat=True))


def issue_formats() -> list[tuple[str, str]]:
    """Return (value, label) for how much of an article an issue may hold; [] without the newsletter app."""
    if not is_installed():
        return []
    from onward_newsletter.models import Issue

    return [(value, str(label)) for value, label in Issue.Format.choices]


def issue_screen(issue: Any) -> str:
    """Return the admin path where an issue is previewed, tested and sent."""
    return reverse("onward_newsletter_issues:inspect", args=[issue.pk])


def issue_content(issue: Any) -> Any | None:
    """Return the IssueContent of an issue made from an article, None for any other issue."""
    from onward_blog.mail_content import article_html
    from onward_newsletter.rendering import IssueContent

    page = _article_of(issue)
    if page is None:
        return None
    return IssueContent(article_html(page, issue.format), preview_text=getattr(page, "standfirst", ""))


def _article_of(issue: Any) -> Any | None:
    """Return the article of an issue as readers see it, or, before it is published, as its author last saved it."""
    from onward_blog.mixins import ArticleMixin

    page = issue.page.specific if issue.page else None
    if not isinstance(page, ArticleMixin):
        return None
    return page if page.live else page.get_latest_revision_as_object()


def issue_findings(issue: Any) -> list[Any]:
    """Return the Findings about the article of an issue that is to be sent; see ``mail_findings``."""
    from onward_blog.mail_findings import about_article
    from onward_newsletter.preflight.findings import Finding, Level

    found = about_article(page, issue.format) if (page := _article_of(issue)) else ()
    return [Finding(Level(level), *rest) for level, *rest in found]


def audience_slots(issue: Any, subscribers: Sequence[Any]) -> dict[int, dict[str, str]]:
    """Return {subscriber pk: slots} with what the mail of an article says to one person only.

    ``personal_line`` is for those whose answers the article takes up, ``closing_line`` in the last mail of a series for
    those who follow nothing else.
    """
    page = _article_of(issue)
    if page is None:
        return {}
    from onward_blog.following.last_mail import closing_lines
    from onward_blog.roundups.personal import personal_lines

    identities = {subscriber_identity(subscriber.uuid): subscriber.pk for subscriber in subscribers}
    slots: dict[int, dict[str, str]] = {}
    for identity, line in personal_lines(page, list(identities)).items():
        slots.setdefault(identities[identity], {})["personal_line"] = line
    for subscriber, line in closing_lines(page, subscribers).items():
        slots.setdefault(subscriber, {})["closing_line"] = line
    return slots


def left_out(issue: Any, subscribers: Sequence[Any]) -> dict[int, str]:
    """Return {subscriber pk: reason} for those who were told of the article by a mail of their own."""
    page = _article_of(issue)
    if page is None:
        return {}
    from onward_blog.roundups.telling import told_by_mail

    told = told_by_mail(page, [subscriber.address for subscriber in subscribers])
    return {subscriber.pk: "told already" for subscriber in subscribers if subscriber.address in told}


def submitted_count(page: Any, *, until: datetime) -> int | None:
    """Return how many mails of a page a server had accepted by then; None without the newsletter app."""
    if not is_installed():
        return None
    from onward_newsletter.models import Delivery

    return Delivery.objects.filter(issue__page=page.pk, state="submitted", submitted_at__lt=until).count()


def connect_issue_submitted(listener: Any) -> None:
    """Call listener(page) when the issue of an article has gone out; never without the app."""
    if is_installed():
        from onward_newsletter.signals import issue_submitted

        def on_submitted(sender: Any, issue: Any, **kwargs: Any) -> None:
            if page := _article_of(issue):
                listener(page)

        issue_submitted.connect(on_submitted, weak=False, dispatch_uid="onward_blog.issue_submitted")


def is_through(page: Any) -> bool:
    """Return whether an issue of this page went out, every delivery of it with an outcome."""
    if not is_installed():
        return False
    from onward_newsletter.models import Issue

    through = (Issue.State.SUBMITTED, Issue.State.SUBMITTED_WITH_ERRORS)
    issues = Issue.objects.filter(page=page.pk, kind="article").exclude(state=Issue.State.CANCELLED)
    return issues.exists() and not issues.exclude(state__in=through).exists()
