"""Asking after the links to other sites, ten at each press; the script presses on, without it the author does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onward_newsletter.actions.composing import compose_issue
from onward_newsletter.models import Issue
from onward_newsletter.preflight.fetching import AT_ONCE, ask_all
from onward_newsletter.preflight.links import known_report, links_elsewhere, remember_report

from .confirming import ConfirmView


class LinkCheckView(ConfirmView):
    """GET shows what is known of each link; POST asks after the next few that nothing is known of."""

    model = Issue
    template_name = "onward_newsletter/admin/links.html"
    page_title = gettext_lazy("Check links")
    permission = "onward_newsletter.change_issue"
    button_label = gettext_lazy("Check")

    def question(self) -> str:
        return _("Each site is asked once whether the page is there. Nothing else is told to it.")

    @cached_property
    def links(self) -> list[str]:
        return links_elsewhere(compose_issue(self.object))

    def unknown(self) -> list[str]:
        return [url for url in self.links if known_report(url) is None]

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        for report in ask_all(self.unknown()[:AT_ONCE]):
            remember_report(report)
        return redirect(f"{request.path}?going=on" if self.unknown() else request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        left = len(self.unknown())
        return super().get_context_data(
            reports=[(url, known_report(url)) for url in self.links],
            number=len(self.links),
            done=len(self.links) - left,
            left=left,
            goes_on=bool(left) and "going" in self.request.GET,
            **kwargs,
        )
