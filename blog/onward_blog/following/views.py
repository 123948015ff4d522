"""The author's screen on which a series is ended, or opened again."""

from typing import Any

import swapper
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from onward_blog import mailing
from onward_blog.mixins import SeriesMixin
from onward_blog.models import ResponseFold

from .closing_part import page_type_for, shown
from .ending import EndingError, closing_draft, end_series, may_end, reopen_series
from .summing_up import is_waited_for, progress_of


class EndSeriesView(WagtailAdminTemplateMixin, View):
    """GET says what will happen; POST ends the series, or opens it again (``do`` is "end" or "reopen")."""

    template_name = "onward_blog/following/end_series.html"
    page_title = gettext_lazy("End the series")
    header_icon = "tick"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        pages = swapper.load_model("wagtailcore", "Page").objects
        self.series = get_object_or_404(pages, pk=kwargs["page_id"]).specific
        if not isinstance(self.series, SeriesMixin):
            raise Http404
        if not may_end(self.series, request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, page_id: int) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data())
        return response

    def get_page_subtitle(self) -> str:
        return str(self.series.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        edit = reverse("wagtailadmin_pages:edit", args=[self.series.pk])
        here = [{"url": edit, "label": self.get_page_subtitle()}, {"url": "", "label": self.page_title}]
        return [*self.breadcrumbs_items, *here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        live = self.series.live_parts()
        last = live[-1] if live else None
        folds = ResponseFold.objects.filter(page__in=[part.pk for part in live])
        answers = sum(fold.data.get("polls", {}).get("total", 0) for fold in folds)
        return {
            **context,
            "series": self.series,
            "live": live,
            "last": last,
            "answers": shown(answers),
            "announcer": self.series.announced_next(),
            "draft": closing_draft(self.series),
            "progress": progress_of(self.series),
            "closing_part": self.series.closing_part(),
            "may_sum_up": page_type_for(self.series) is not None,
            "is_answered": bool(answers),
            "can_mail": mailing.can_mail(),
            "followers": mailing.followers_of_series(self.series),
            "last_is_mailed": last is not None and mailing.is_through(last),
            "is_over": mailing.following_is_over(self.series),
        }

    def post(self, request: HttpRequest, page_id: int) -> HttpResponse:
        here = redirect("onward_blog_following:end", page_id)
        try:
            if request.POST.get("do") == "reopen":
                reopen_series(self.series, user=request.user)
                messages.success(request, _("The series goes on. Readers can follow it again."))
                return here
            draft = end_series(
                self.series, user=request.user, with_closing_part="closing_part" in request.POST
            )
        except EndingError as error:
            messages.error(request, str(error))
            return here
        if is_waited_for(self.series):
            messages.info(request, _("The series has ended. Its last part is being prepared."))
            return here
        if draft is None or "closing_part" not in request.POST:
            messages.success(request, _("The series has ended."))
            return here
        messages.success(
            request, _("The series has ended. This draft sums it up; publish and mail it as any part.")
        )
        return redirect("wagtailadmin_pages:edit", draft.pk)
