"""The newsletter behind the package wagtail-newsletter, with a page of the host's own."""

from tests.hosts.newsletter import *
from tests.hosts.newsletter import INSTALLED_APPS


INSTALLED_APPS = ["tests.hosts.letters", "wagtail_newsletter", *INSTALLED_APPS]
WAGTAIL_NEWSLETTER_CAMPAIGN_BACKEND = "onward_newsletter.contrib.wagtail_newsletter.OnwardBackend"
WAGTAIL_NEWSLETTER_FROM_NAME = "Mara Kalani"
WAGTAIL_NEWSLETTER_REPLY_TO = "mara@somebody.example"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
EMAIL_TIMEOUT = 30
