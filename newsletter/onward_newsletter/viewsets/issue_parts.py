"""Pieces of an issue's screen that are fetched on their own: the mail as it looks, and the books."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import View

from onward_newsletter.actions.composing import READY_MADE, compose_issue
from onward_newsletter.models import Issue
from onward_newsletter.rendering import RenderedIssue, preview_version

from .issue_screen import progress_context


#: A preview may show itself and its own pictures, and do nothing.
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"


class PartView(View):
    """For those who may see the issue at all."""

    model = Issue

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        names = ("view", "add", "change", "delete")
        if not any(request.user.has_perm(f"onward_newsletter.{name}_issue") for name in names):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def issue(self) -> Issue:
        return get_object_or_404(
            Issue.objects.select_related("newsletter", "topic", "page"), pk=self.kwargs["pk"]
        )

    def rendered(self) -> RenderedIssue:
        """Return the frozen mail once there is one; before, the mail as it would go out now."""
        issue = self.issue()
        is_frozen = issue.html and (issue.prepared_at or issue.kind != READY_MADE)
        return RenderedIssue(issue.html, issue.text) if is_frozen else compose_issue(issue)


@method_decorator(xframe_options_sameorigin, name="dispatch")
class HtmlView(PartView):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(
            preview_version(self.rendered().html, is_dark=request.GET.get("scheme") == "dark")
        )
        response["Content-Security-Policy"] = PREVIEW_POLICY
        return response


@method_decorator(xframe_options_sameorigin, name="dispatch")
class TextView(PartView):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return HttpResponse(preview_version(self.rendered().text), content_type="text/plain; charset=utf-8")


class ProgressView(PartView):
    """The books as they stand, for the script that keeps the screen fresh."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = render(request, "onward_newsletter/admin/progress.html", progress_context(self.issue()))
        response["Cache-Control"] = "no-store"
        return response


VIEWS: dict[str, type[PartView]] = {"html": HtmlView, "text": TextView, "progress": ProgressView}
