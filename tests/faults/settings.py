"""The ready-made site as it is run, with the clocks of the sending engine turned forward."""

import json
import os

from onward_site.celery import beat_schedule
from onward_site.settings.embedded import *  # noqa: F403 (it is the site's settings)
from onward_site.settings.embedded import CELERY_BROKER_TRANSPORT_OPTIONS

from .in_flight import CONNECTIONS


#: A dead worker is found out after so many seconds instead of two minutes.
LEASE_SECONDS = 4

ONWARD_NEWSLETTER = {
    "CONNECTIONS": CONNECTIONS,
    "LEASE_SECONDS": LEASE_SECONDS,
    "RETRY_SECONDS": (1, 1, 2, 2, 2),
    **json.loads(os.environ.get("FAULTS_NEWSLETTER", "{}")),
}
EMAIL_TIMEOUT = 3
CELERY_BEAT_SCHEDULE = {"onward_newsletter.pump": beat_schedule(pump_seconds=2)["onward_newsletter.pump"]}

if seconds := os.environ.get("FAULTS_VISIBILITY"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        **CELERY_BROKER_TRANSPORT_OPTIONS,
        "visibility_timeout": int(seconds),
        "unacked_restore_interval": 1,
    }
