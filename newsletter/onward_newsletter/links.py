"""The absolute addresses that go into mail. They start with the site's setting, never with a request's host."""

from django.conf import settings
from django.urls import reverse

from .models import AddressChange, Issue, Subscriber, Subscription
from .tokens import Purpose, make_token


def base_url() -> str:
    """Return the site's base URL without a slash at its end."""
    return str(settings.WAGTAILADMIN_BASE_URL).rstrip("/")


def absolute(path: str) -> str:
    """Return the full address of a path of this site."""
    return base_url() + path


def unsubscribe_url(token: str) -> str:
    """Return the address of the unsubscribe page, RFC 8058 POST included; the token is a delivery's."""
    return absolute(reverse("onward_newsletter_unsubscribe:unsubscribe", args=[token]))


def manage_url(token: str) -> str:
    """Return the address of the preferences page; the token is a delivery's or one for MANAGE."""
    return absolute(reverse("onward_newsletter:manage", args=[token]))


def manage_url_of(subscriber: Subscriber) -> str:
    """Return the address of a subscriber's preferences, for mail that is no delivery of an issue."""
    return manage_url(make_token(Purpose.MANAGE, subscriber))


def confirm_url(subscription: Subscription) -> str:
    """Return the address of the page with the button that confirms a subscription."""
    return absolute(reverse("onward_newsletter:confirm", args=[make_token(Purpose.CONFIRM, subscription)]))


def personal_data_url(purpose: Purpose, subscriber: Subscriber) -> str:
    """Return the address of the page that exports (EXPORT), erases (ERASE) or moves (MOVE) what a subscriber has."""
    return absolute(reverse(f"onward_newsletter:{purpose}", args=[make_token(purpose, subscriber)]))


def leave_url_of(subscription: Subscription) -> str:
    """Return the unsubscribe address, RFC 8058 POST included, for mail that is no delivery of an issue."""
    return unsubscribe_url(make_token(Purpose.LEAVE, subscription))


def address_url(change: AddressChange) -> str:
    """Return the address of the page with the button that confirms an address change."""
    return absolute(reverse("onward_newsletter:address", args=[make_token(Purpose.ADDRESS, change)]))


def issue_url(issue: Issue) -> str:
    """Return the address of an issue's page in the archive."""
    return absolute(reverse("onward_newsletter:issue", args=[issue.pk]))
