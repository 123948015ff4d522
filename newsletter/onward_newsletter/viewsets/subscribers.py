"""Subscribers: a list to search and export, and a screen for each."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_filters import ChoiceFilter, ModelChoiceFilter  # type: ignore[import-untyped]
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from onward_newsletter.actions.personal_data import erase_subscriber, export_everything
from onward_newsletter.actions.subscribing import suppress, unsubscribe
from onward_newsletter.models import DeliveryEvent, Newsletter, Subscriber, Subscription, Suppression, Topic
from onward_newsletter.permissions import CHANGE_SUBSCRIBER, ERASE_SUBSCRIBER, EXPORT, IMPORT
from onward_newsletter.spreadsheets import FormulaSafe

from .confirming import ConfirmView
from .exporting import ExportAllView


class SubscriberFilterSet(WagtailFilterSet):
    newsletter = ModelChoiceFilter(
        field_name="subscriptions__newsletter",
        queryset=Newsletter.objects.all(),
        label=gettext_lazy("Newsletter"),
        distinct=True,
    )
    topic = ModelChoiceFilter(
        field_name="subscriptions__topic",
        queryset=Topic.objects.all(),
        label=gettext_lazy("Topic"),
        distinct=True,
    )
    subscription = ChoiceFilter(
        field_name="subscriptions__state",
        choices=Subscription.State.choices,
        label=gettext_lazy("Subscription"),
        distinct=True,
    )

    class Meta:
        model = Subscriber
        fields = ["state"]


def subscriptions_in_words(subscriber: Subscriber) -> str:
    """Return what a subscriber gets, for a cell."""
    parts = [
        f"{row.topic or row.newsletter} ({row.get_state_display()})" for row in subscriber.subscriptions.all()
    ]
    return ", ".join(parts) or _("nothing")


def standing_of(subscriber: Subscriber) -> str:
    """Return in a word whether issues reach a subscriber, and if not, why."""
    if subscriber.state != Subscriber.State.ACTIVE:
        return str(subscriber.get_state_display())
    states = {row.state for row in subscriber.subscriptions.all()}
    if Subscription.State.ACTIVE not in states:
        waits = Subscription.State.PENDING in states
        return str(Subscription.State.PENDING.label) if waits else _("gets nothing")
    if subscriber.paused_until and subscriber.paused_until > timezone.now():
        return _("on a break until %(day)s") % {"day": date_format(subscriber.paused_until, "j F")}
    return str(Subscription.State.ACTIVE.label)


def sources_in_words(subscriber: Subscriber) -> str:
    """Return by which doors a subscriber came."""
    return ", ".join(sorted({row.source for row in subscriber.subscriptions.all() if row.source}))


class SubscriberIndexView(FormulaSafe, generic.IndexView):
    """The list; its exports hold one row for each subscriber."""

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        """Add ways to the files: in, and out with the consents."""
        namespace = self.request.resolver_match.namespace
        buttons = list(super().header_more_buttons)
        if self.request.user.has_perm(EXPORT):
            url = reverse(f"{namespace}:export_all")
            buttons.append(Button(_("Export with consents…"), url=url, icon_name="download", priority=80))
        if self.request.user.has_perm(IMPORT):
            url = reverse("onward_newsletter_imports:add")
            buttons.append(Button(_("Import a file…"), url=url, icon_name="upload", priority=85))
        return buttons

    def get_base_queryset(self) -> QuerySet[Subscriber]:
        rows = Subscription.objects.select_related("newsletter", "topic")
        return super().get_base_queryset().prefetch_related(Prefetch("subscriptions", rows))  # type: ignore[no-any-return]

    def to_row_dict(self, item: Subscriber) -> dict[str, object]:
        return {
            "address": item.address,
            "state": item.get_state_display(),
            "subscriptions": subscriptions_in_words(item),
            "source": sources_in_words(item),
            "created_at": item.created_at,
        }

    def get_heading(self, queryset: Any, field: str) -> str:
        return field


class SubscriberInspectView(generic.InspectView):
    template_name = "onward_newsletter/admin/subscriber.html"
    page_title = gettext_lazy("Subscriber")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subscriber = self.object
        context: dict[str, Any] = super().get_context_data(
            subscriber=subscriber,
            subscriptions=subscriber.subscriptions.select_related("newsletter", "topic").order_by(
                "requested_at"
            ),
            deliveries=subscriber.deliveries.select_related("issue")
            .prefetch_related(Prefetch("events", DeliveryEvent.objects.order_by("-occurred_at", "-pk")))
            .order_by("-pk")[:20],
            suppression=Suppression.objects.filter(address_key=subscriber.address_key).first(),
            may_change=self.request.user.has_perm(CHANGE_SUBSCRIBER),
            may_erase=self.request.user.has_perm(ERASE_SUBSCRIBER),
            **kwargs,
        )
        return context


class EndView(ConfirmView):
    """End one subscription; its number is looked for among this subscriber's own."""

    permission = CHANGE_SUBSCRIBER
    log_action = "onward_newsletter.end"
    button_label = gettext_lazy("End the subscription")

    def question(self) -> str:
        return _("End this subscription? The reader gets no more of this mail, and is not told.")

    def act(self) -> str:
        subscription = self.object.subscriptions.filter(pk=self.kwargs["subscription_pk"]).first()
        if subscription is None:
            self.refuse(_("That subscription is not one of this subscriber's."))
        unsubscribe(subscription, Subscription.EndReason.BY_EDITOR)
        return _("The subscription has ended.")


class SuppressView(ConfirmView):
    permission = CHANGE_SUBSCRIBER
    log_action = "onward_newsletter.suppress"
    button_label = gettext_lazy("Stop all mail")
    is_dangerous = True

    def question(self) -> str:
        return _(
            "Stop all mail to this address, for good? An import cannot bring it back, and neither can its owner."
        )

    def act(self) -> str:
        suppress(self.object.address_key, Suppression.Reason.BY_EDITOR)
        return _("No more mail goes to this address.")


class EraseView(ConfirmView):
    permission = ERASE_SUBSCRIBER
    #: The action keeps its own log entry, without the address.
    log_action = ""
    button_label = gettext_lazy("Erase")
    is_dangerous = True

    def question(self) -> str:
        number = self.object.subscriptions.count()
        return ngettext(
            "Erase this address, its %(number)d subscription and all mail written to it? This cannot be undone.",
            "Erase this address, its %(number)d subscriptions and all mail written to it? This cannot be undone.",
            number,
        ) % {"number": number}

    def act(self) -> str:
        erase_subscriber(self.object)
        return _("The subscriber has been erased.")

    def get_success_url(self) -> str:
        return self.index_url()


class ExportView(ConfirmView):
    """Answer somebody's request for their data: everything kept here about them, as JSON."""

    permission = CHANGE_SUBSCRIBER
    log_action = "onward_newsletter.export"
    button_label = gettext_lazy("Download")

    def question(self) -> str:
        return _("Download everything kept here about this subscriber? Give it to nobody else.")

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        self.log()
        options = {"indent": 2, "ensure_ascii": False}
        response = JsonResponse(export_everything(self.object), json_dumps_params=options)
        response["Content-Disposition"] = 'attachment; filename="subscriber.json"'
        return response


class SubscriberViewSet(ModelViewSet):
    model = Subscriber
    icon = "group"
    menu_label = gettext_lazy("Subscribers")
    index_view_class = SubscriberIndexView
    inspect_view_class = SubscriberInspectView
    inspect_view_enabled = True
    inspect_template_name = "onward_newsletter/admin/subscriber.html"
    copy_view_enabled = False
    add_to_reference_index = False
    search_fields = ["address"]
    search_backend_name = None
    filterset_class = SubscriberFilterSet
    list_export = ["address", "state", "subscriptions", "source", "created_at"]
    export_filename = "subscribers"
    list_display = [
        "address",
        StatusTagColumn(
            "standing",
            label=gettext_lazy("State"),
            accessor=standing_of,
            primary=lambda row: standing_of(row) == str(Subscription.State.ACTIVE.label),
        ),
        Column("subscriptions", label=gettext_lazy("Gets"), accessor=subscriptions_in_words),
        Column("source", label=gettext_lazy("Source"), accessor=sources_in_words),
        DateColumn("created_at", label=gettext_lazy("Since"), sort_key="created_at"),
    ]
    form_fields = ["address"]

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"suppress": SuppressView, "erase": EraseView, "export": ExportView}
        urls = [
            path(f"{name}/<int:pk>/", self.construct_view(view), name=name) for name, view in names.items()
        ]
        everybody = path("export-all/", self.construct_view(ExportAllView), name="export_all")
        end = path("end/<int:pk>/<int:subscription_pk>/", self.construct_view(EndView), name="end")
        return [*super().get_urlpatterns(), *urls, end, everybody]
