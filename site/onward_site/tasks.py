"""The site's own daily task."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="onward_site.housekeeping")
def housekeeping() -> None:
    """Delete web sessions that have expired."""
    call_command("clearsessions")
