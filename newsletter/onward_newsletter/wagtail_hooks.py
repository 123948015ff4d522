"""What the Wagtail admin is told about this app."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy

from .models import Subscriber, SubscriberImport, Suppression
from .permissions import ImportPolicy, OwnScreensPolicy
from .viewsets import NewsletterGroup


register_permission_policy(Subscriber, OwnScreensPolicy(Subscriber))
register_permission_policy(Suppression, OwnScreensPolicy(Suppression))
register_permission_policy(SubscriberImport, ImportPolicy(SubscriberImport))


@hooks.register("register_admin_viewset")
def register_viewsets() -> NewsletterGroup:
    return NewsletterGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    for name, label, message in (
        ("send", _("Send issue"), _("Issue sent")),
        ("schedule", _("Schedule issue"), _("Issue scheduled")),
        ("unschedule", _("Unschedule issue"), _("Issue taken off the schedule")),
        ("test", _("Send test"), _("Test sent")),
        ("undo", _("Undo sending"), _("Sending undone")),
        ("go_on", _("Go on now"), _("Sent to the others without waiting")),
        ("prepare", _("Prepare issue"), _("Issue prepared: content frozen, audience fixed")),
        ("stop", _("Stop issue"), _("Issue paused by itself")),
        ("finish", _("Finish issue"), _("Issue through")),
        ("pause", _("Pause issue"), _("Issue paused")),
        ("resume", _("Resume issue"), _("Issue resumed")),
        ("cancel", _("Cancel issue"), _("Issue cancelled")),
        ("resend", _("Send in doubt again"), _("Deliveries in doubt sent again")),
        ("settle", _("Settle in doubt"), _("Deliveries in doubt counted as submitted")),
        ("end", _("End subscription"), _("Subscription ended")),
        ("suppress", _("Stop all mail"), _("Address suppressed")),
        ("lift", _("Open an address again"), _("Address opened again")),
        ("export", _("Export subscriber"), _("Personal data exported")),
        ("import", _("Import subscribers"), _("Import of subscribers started")),
        ("cancel_import", _("Cancel import"), _("Import of subscribers cancelled")),
        ("export_all", _("Export subscribers"), _("Subscribers exported")),
        ("erase", _("Erase subscriber"), _("Subscriber erased")),
    ):
        actions.register_action(f"onward_newsletter.{name}", label, message)
