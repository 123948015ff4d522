"""Subscribers as a file: which ones, and then the file itself, written as it is read."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from onward_newsletter.actions.exporting import csv_lines, subscriptions_to_export
from onward_newsletter.models import Newsletter, Subscription, Topic
from onward_newsletter.permissions import EXPORT


class ExportForm(forms.Form):
    newsletter = forms.ModelChoiceField(Newsletter.objects.all(), label=gettext_lazy("Newsletter"))
    topic = forms.ModelChoiceField(
        Topic.objects.all(),
        label=gettext_lazy("Topic"),
        required=False,
        help_text=gettext_lazy("Only its followers. Leave empty for all."),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("all")), *Subscription.State.choices],
    )
    has_bom = forms.BooleanField(
        label=gettext_lazy("For Excel"),
        required=False,
        help_text=gettext_lazy("Begins with a mark without which Excel spoils letters beyond ASCII."),
    )


class ExportAllView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """GET asks which; POST is the file. Suppressed addresses are hashes, and in no export."""

    template_name = "onward_newsletter/admin/export.html"
    page_title = gettext_lazy("Export subscribers")
    header_icon = "download"
    form_class = ExportForm
    index_url_name = ""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        newsletters = list(Newsletter.objects.all()[:2])
        return {"newsletter": newsletters[0]} if len(newsletters) == 1 else {}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.index_url_name), "label": gettext_lazy("Subscribers")},
            {"url": "", "label": self.page_title},
        ]

    def form_valid(self, form: ExportForm) -> HttpResponseBase:  # type: ignore[override]
        chosen = form.cleaned_data
        newsletter = chosen["newsletter"]
        log(newsletter, "onward_newsletter.export_all", user=self.request.user)
        rows = subscriptions_to_export(newsletter, chosen["topic"], chosen["state"])
        lines = csv_lines(rows, has_bom=chosen["has_bom"])
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="subscribers-{newsletter.slug}.csv"'
        response["Cache-Control"] = "no-store"
        return response
