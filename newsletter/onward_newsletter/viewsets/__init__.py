"""The newsletter in the Wagtail admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.base import ViewSetGroup

from .imports import ImportViewSet
from .issues import IssueViewSet
from .publications import NewsletterViewSet, TopicViewSet
from .subscribers import SubscriberViewSet
from .suppressions import SuppressionViewSet


class NewsletterGroup(ViewSetGroup):
    menu_label = _("Newsletter")
    menu_name = "onward-newsletter"
    menu_icon = "mail"
    menu_order = 250
    items = (
        IssueViewSet("onward_newsletter_issues", url_prefix="newsletter/issues"),
        SubscriberViewSet("onward_newsletter_subscribers", url_prefix="newsletter/subscribers"),
        ImportViewSet("onward_newsletter_imports", url_prefix="newsletter/imports"),
        NewsletterViewSet("onward_newsletter_newsletters", url_prefix="newsletter/newsletters"),
        TopicViewSet("onward_newsletter_topics", url_prefix="newsletter/topics"),
        SuppressionViewSet("onward_newsletter_suppressions", url_prefix="newsletter/suppressions"),
    )
