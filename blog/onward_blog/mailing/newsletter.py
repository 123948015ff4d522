"""Whether there is a newsletter."""

from typing import Any

from django.apps import apps


def is_installed() -> bool:
    """Return whether this project has the newsletter."""
    return apps.is_installed("onward_newsletter")


def can_mail() -> bool:
    """Return whether there is a newsletter in which an article could be mailed."""
    return is_installed() and first_newsletter() is not None


def first_newsletter() -> Any | None:
    """Return the newsletter in which articles are mailed; None as long as there is none."""
    from onward_newsletter.models import Newsletter

    return Newsletter.objects.order_by("pk").first()
