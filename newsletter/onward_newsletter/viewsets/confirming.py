"""The screen before something that cannot easily be taken back: one sentence, one button."""

from typing import Any, NoReturn

from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.log_actions import log


class Refused(Exception):
    """What was asked for cannot be done; its text is for the editor."""


class ConfirmView(BaseObjectMixin, WagtailAdminTemplateMixin, TemplateView):
    """GET asks, POST acts; both need the permission, and the object is looked up anew for each.

    ``model`` and the names of the list and the screen come from the viewset.
    """

    template_name = "onward_newsletter/admin/confirm.html"
    page_title = _("Are you sure?")
    permission = ""
    log_action = ""
    button_label: str | Promise = ""
    is_dangerous = False
    index_url_name = inspect_url_name = ""
    #: Errors of actions whose text is shown instead of a success.
    refusals: tuple[type[Exception], ...] = (Refused,)

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def question(self) -> str:
        """Return the sentence that says what the button does."""
        raise NotImplementedError

    def act(self) -> str:
        """Do it; return the sentence that says what was done."""
        raise NotImplementedError

    def refuse(self, sentence: str) -> NoReturn:
        raise Refused(sentence)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            done = self.act()
        except self.refusals as error:
            messages.error(request, str(error))
            return redirect(self.screen_url())
        self.log()
        messages.success(request, done)
        return redirect(self.get_success_url())

    def log(self) -> None:
        if self.log_action:
            log(self.object, self.log_action, user=self.request.user)

    def index_url(self) -> str:
        return reverse(self.index_url_name)

    def screen_url(self) -> str:
        return reverse(self.inspect_url_name, args=[quote(self.object.pk)])

    def get_success_url(self) -> str:
        return self.screen_url()

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        plural = capfirst(self.object._meta.verbose_name_plural)
        return [
            *self.breadcrumbs_items,
            {"url": self.index_url(), "label": plural},
            {"url": self.screen_url(), "label": str(self.object)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            question=self.question(),
            button_label=self.button_label,
            is_dangerous=self.is_dangerous,
            screen_url=self.screen_url(),
            **kwargs,
        )
