"""Issues that went out, to be read in a browser."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from onward_newsletter.models import Delivery, Issue, SendingState
from onward_newsletter.rendering import web_version

from .pages import page_context


FINISHED = (Issue.State.SUBMITTED, Issue.State.SUBMITTED_WITH_ERRORS)
PER_PAGE = 30

#: The site's policy forbids styles inside a document, which a mail cannot do without; scripts stay forbidden.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"


def issues_out() -> QuerySet[Issue]:
    """Return the issues that somebody may have received: finished, or with a delivery handed over."""
    begun = Delivery.objects.filter(issue=OuterRef("pk"), state=SendingState.SUBMITTED)
    return Issue.objects.filter(Q(state__in=FINISHED) | Exists(begun)).exclude(html="")


@require_safe
def issue_list(request: HttpRequest) -> HttpResponse:
    """List finished issues, newest first."""
    issues = Issue.objects.filter(state__in=FINISHED).exclude(html="").select_related("newsletter", "topic")
    page = Paginator(issues.order_by("-finished_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "onward_newsletter/issues.html", page_context(issues=page))


@require_safe
def issue_page(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Show an issue as it was mailed, without anything that was one recipient's own."""
    issue = get_object_or_404(issues_out().select_related("page"), pk=issue_id)
    response = HttpResponse(web_version(issue))
    response["Content-Security-Policy"] = MAIL_POLICY
    return response
