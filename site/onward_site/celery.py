"""The Celery application: a doorbell. What is to be done stands in the database."""

import os

from celery import Celery


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onward_site.settings.embedded")

app = Celery("onward")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
