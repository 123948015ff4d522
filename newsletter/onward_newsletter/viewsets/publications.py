"""Newsletters and their topics."""

from typing import Any

from django.db.models import Count, Q
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from onward_newsletter.models import Newsletter, Subscription, Topic

from .growth import GrowthView, link_to_growth
from .one_line import OneLineForm
from .sender_dns import SenderDnsPanel, SenderDnsView


ACTIVE = Q(subscriptions__state=Subscription.State.ACTIVE)
SUBSCRIBERS = Count("subscriptions__subscriber", filter=ACTIVE, distinct=True)


class CountedIndexView(generic.IndexView):
    """A list with the number of active subscriptions."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().annotate(subscriber_count=SUBSCRIBERS)


class NewsletterViewSet(ModelViewSet):
    model = Newsletter
    icon = "mail"
    menu_label = _("Newsletters")
    index_view_class = CountedIndexView
    inspect_view_enabled = True
    inspect_view_class = GrowthView
    inspect_template_name = "onward_newsletter/admin/growth.html"
    list_display = [
        "name",
        "sender_address",
        NumberColumn("subscriber_count", label=_("Subscribers")),
        Column("growth", label=_("Growth"), accessor=link_to_growth),
    ]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("slug"),
            FieldPanel("description"),
            MultiFieldPanel(
                [
                    FieldPanel("sender_name"),
                    FieldPanel("sender_address"),
                    FieldPanel("reply_to"),
                    FieldPanel("postal_address"),
                ],
                heading=_("Sender"),
            ),
            SenderDnsPanel(heading=_("DNS")),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("rate_per_second"), FieldPanel("rate_per_day")])],
                heading=_("How fast"),
            ),
            MultiFieldPanel([FieldPanel("welcomes"), FieldPanel("welcome_text")], heading=_("Welcome")),
        ],
        base_form_class=OneLineForm,
    )

    def get_urlpatterns(self) -> list[URLPattern]:
        dns = path("dns/<int:pk>/", self.construct_view(SenderDnsView), name="dns")
        return [*super().get_urlpatterns(), dns]


class TopicForm(OneLineForm):
    """A topic made by hand stands for nothing in another app, so its key is its own name."""

    def save(self, commit: bool = True) -> Topic:
        self.instance.key = self.instance.key or f"own:{self.instance.slug}"[:100]
        return super().save(commit)  # type: ignore[no-any-return]


class TopicViewSet(ModelViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    index_view_class = CountedIndexView
    list_display = [
        "name",
        Column("newsletter", label=_("Newsletter")),
        NumberColumn("subscriber_count", label=_("Followers")),
        Column("ended_at", label=_("Ended")),
    ]
    list_filter = ["newsletter"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [FieldPanel("newsletter"), FieldRowPanel([FieldPanel("name"), FieldPanel("slug")])],
        base_form_class=TopicForm,
    )
