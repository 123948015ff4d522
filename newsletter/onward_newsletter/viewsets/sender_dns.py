"""The page that says what the DNS knows about a newsletter's sender, and the panel that leads to it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.panels import Panel
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin

from onward_newsletter.models import Newsletter
from onward_newsletter.sender_dns import check_sender


class SenderDnsView(BaseObjectMixin, WagtailAdminTemplateMixin, TemplateView):
    """GET asks the DNS and shows what it says; nothing is kept."""

    model = Newsletter
    template_name = "onward_newsletter/admin/sender_dns.html"
    page_title = _("DNS of the sender")
    header_icon = "mail"
    index_url_name = edit_url_name = ""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.has_perm("onward_newsletter.change_newsletter"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_page_subtitle(self) -> str:
        return str(self.object.sender_address)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.index_url_name), "label": _("Newsletters")},
            {"url": reverse(self.edit_url_name, args=[self.object.pk]), "label": str(self.object)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(checks=check_sender(self.object.sender_address), **kwargs)


class SenderDnsPanel(Panel):
    """On a newsletter's form: the way to the page above, once there is a sender."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "onward_newsletter/admin/sender_dns_panel.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk) and bool(super().is_shown())

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            url = reverse("onward_newsletter_newsletters:dns", args=[self.instance.pk])
            return {**super().get_context_data(parent_context), "url": url}
