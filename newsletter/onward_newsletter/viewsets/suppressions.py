"""Addresses that are not written to: a list without addresses, found by typing one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log

from onward_newsletter.actions.events import events_about_unknown_mail
from onward_newsletter.actions.suppressions import find_suppression, lift_suppression, suppress_address
from onward_newsletter.addresses import InvalidAddress, normalise_address
from onward_newsletter.models import Subscriber, Suppression
from onward_newsletter.permissions import CHANGE_SUPPRESSION

from .confirming import ConfirmView


class SuppressionIndexView(generic.IndexView):
    """The list; a search is for one whole address, as only its hash is kept."""

    template_name = "onward_newsletter/admin/suppressions.html"

    def get_base_queryset(self) -> QuerySet[Suppression]:
        person = Subscriber.objects.filter(address_key=OuterRef("address_key"))
        rows: QuerySet[Suppression] = super().get_base_queryset()
        if not any(
            self.request.user.has_perm(f"onward_newsletter.{may}_subscriber") for may in ("view", "change")
        ):
            return rows
        return rows.annotate(address=Subquery(person.values("address")[:1]))

    def search_queryset(self, queryset: QuerySet[Suppression]) -> QuerySet[Suppression]:
        if not self.search_query:
            return queryset
        found = find_suppression(self.search_query)
        return queryset.filter(pk=found.pk) if found else queryset.none()

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm(CHANGE_SUPPRESSION):
            return []
        url = reverse("onward_newsletter_suppressions:close")
        return [HeaderButton(_("Close an address"), url=url, icon_name="plus")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(unknown=events_about_unknown_mail(), **kwargs)
        return context


class FormView(ConfirmView):
    """A button that needs something typed first."""

    permission = CHANGE_SUPPRESSION
    form_class: type[forms.Form] = forms.Form
    form: forms.Form | None = None

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        self.form = self.form_class(request.POST)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        return super().post(request, *args, **kwargs)

    def screen_url(self) -> str:
        return self.index_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(form=self.form or self.form_class(), **kwargs)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("It is kept in the log. Write no address here."),
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if "@" in reason:
            raise ValidationError(_("This holds an address, which the log would keep. Leave it out."))
        return reason


class LiftView(FormView):
    form_class = ReasonForm
    page_title = gettext_lazy("Open an address again")
    button_label = gettext_lazy("Open again")

    def question(self) -> str:
        if self.object.reason == Suppression.Reason.COMPLAINED:
            return _(
                "The owner of this address marked our mail as spam. Open it again only if they asked you to; "
                "they still have to subscribe and confirm."
            )
        return _("Let mail go to this address again? Its owner still has to subscribe and confirm.")

    def act(self) -> str:
        lift_suppression(self.object)
        return _("Mail may go to this address again.")

    def log(self) -> None:
        reason = self.form.cleaned_data["reason"] if self.form else ""
        log(self.object, "onward_newsletter.lift", user=self.request.user, data={"reason": reason})


class AddressForm(forms.Form):
    address = forms.EmailField(label=gettext_lazy("Address"))

    def clean_address(self) -> str:
        try:
            return normalise_address(self.cleaned_data["address"])
        except InvalidAddress as error:
            raise ValidationError(str(error)) from None


class CloseView(FormView):
    """Close any address, whether anybody subscribed with it or not."""

    form_class = AddressForm
    page_title = gettext_lazy("Close an address")
    button_label = gettext_lazy("Stop all mail")
    is_dangerous = True

    def get_pk(self) -> None:
        """There is no row yet."""

    def get_object(self, *args: object, **kwargs: object) -> Suppression:
        return Suppression()

    def question(self) -> str:
        return _("Which address must never be written to again? Only a hash of it is kept.")

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        self.form = self.form_class(request.POST)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        suppression = suppress_address(self.form.cleaned_data["address"])
        log(suppression, "onward_newsletter.suppress", user=request.user)
        messages.success(request, _("No more mail goes to this address."))
        return redirect(self.index_url())

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": self.index_url(), "label": _("Closed addresses")},
            {"url": "", "label": self.get_page_title()},
        ]


def address_in_words(suppression: Suppression) -> str:
    """Return the address if its owner is a subscriber here whom the editor may look up; else nobody can."""
    return getattr(suppression, "address", _("not shown")) or _("no longer known")


class SuppressionViewSet(ModelViewSet):
    model = Suppression
    icon = "no-view"
    menu_label = gettext_lazy("Closed addresses")
    menu_name = "onward-newsletter-suppressions"
    index_view_class = SuppressionIndexView
    copy_view_enabled = False
    inspect_view_enabled = False
    add_to_reference_index = False
    #: Never searched by this: the list is asked for a hash. It only makes Wagtail show the box.
    search_fields = ["address_key"]
    search_backend_name = None
    list_filter = ["reason"]
    ordering = ["-created_at", "-pk"]
    list_display = [
        TitleColumn(
            "address",
            label=gettext_lazy("Address"),
            accessor=address_in_words,
            get_url=lambda row: reverse("onward_newsletter_suppressions:lift", args=[row.pk]),
        ),
        Column("get_reason_display", label=gettext_lazy("Reason")),
        DateColumn("created_at", label=gettext_lazy("Since"), sort_key="created_at"),
    ]
    form_fields = ["reason"]

    def get_urlpatterns(self) -> list[URLPattern]:
        own = [
            path("close/", self.construct_view(CloseView), name="close"),
            path("lift/<int:pk>/", self.construct_view(LiftView), name="lift"),
        ]
        return [*super().get_urlpatterns(), *own]
