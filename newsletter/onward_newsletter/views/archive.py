"""Issues that went out, to be read in a browser."""

import swapper
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from wagtail import hooks

from onward_newsletter.conf import get_settings
from onward_newsletter.models import Delivery, Issue, Newsletter, SendingState, Topic
from onward_newsletter.rendering import web_version

from .pages import page_context


FINISHED = (Issue.State.SUBMITTED, Issue.State.SUBMITTED_WITH_ERRORS)
PER_PAGE = 30

#: The site's policy forbids styles inside a document, which a mail cannot do without; scripts stay forbidden.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"


def issues_out() -> QuerySet[Issue]:
    """Return the issues that somebody may have received and everybody may read.

    Finished, or with a delivery handed over; not those of pages or topics that only some may see.
    """
    begun = Delivery.objects.filter(issue=OuterRef("pk"), state=SendingState.SUBMITTED)
    sent = Issue.objects.filter(Q(state__in=FINISHED) | Exists(begun)).exclude(html="")
    pages = swapper.load_model("wagtailcore", "Page").objects
    sent = sent.filter(Q(page=None) | Q(page__in=pages.public()))
    private = _private_topics()
    return sent.exclude(topic__key__in=private) if private else sent


def _private_topics() -> list[str]:
    """Ask the hook ``onward_newsletter_private_topics``; each function gets topics' keys and returns the private ones."""
    asked = hooks.get_hooks("onward_newsletter_private_topics")
    keys = list(Topic.objects.values_list("key", flat=True)) if asked else []
    return [key for fn in asked for key in fn(keys)]


def listed_issues() -> QuerySet[Issue]:
    """Return the issues of the list and the feeds: those that are through, newest first."""
    return issues_out().filter(state__in=FINISHED).order_by("-finished_at", "-pk")


def mark(response: HttpResponse) -> HttpResponse:
    """Ask search engines to stay away, unless the site wants past issues to be found (ONWARD_NEWSLETTER["ARCHIVE"])."""
    if get_settings().ARCHIVE != "index":
        response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def issue_list(request: HttpRequest) -> HttpResponse:
    """List finished issues, newest first."""
    if get_settings().ARCHIVE == "off":
        raise Http404
    issues = listed_issues().select_related("newsletter", "topic")
    page = Paginator(issues, PER_PAGE).get_page(request.GET.get("page"))
    feeds = Newsletter.objects.order_by("name")
    context = page_context(issues=page, newsletters=feeds)
    return mark(render(request, "onward_newsletter/issues.html", context))


@require_safe
def issue_page(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Show an issue as it was mailed, without anything that was one recipient's own.

    With the archive off it still opens: the mail itself leads here.
    """
    issue = get_object_or_404(issues_out().select_related("page"), pk=issue_id)
    response = HttpResponse(web_version(issue))
    response["Content-Security-Policy"] = MAIL_POLICY
    return mark(response)
