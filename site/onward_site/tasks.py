"""The site's own tasks: what the hour brings, and what the day leaves behind."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="onward_site.publish_scheduled")
def publish_scheduled() -> None:
    """Publish the pages whose hour has come, and take down those that have expired."""
    call_command("publish_scheduled")


@shared_task(name="onward_site.housekeeping")
def housekeeping() -> None:
    """Delete web sessions that have expired."""
    call_command("clearsessions")
